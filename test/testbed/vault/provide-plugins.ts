import { createHash } from 'node:crypto';
import { chmod, copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VaultPluginName } from '../programs.ts';
import { providePrograms } from '../provide-programs.ts';
import { type CallVault, mustSucceed } from './call-vault.ts';

/** The plugins by the names that a Vault with everything built in has for them. */
const PLUGINS: readonly {
  readonly type: string;
  readonly name: string;
  readonly program: VaultPluginName;
}[] = [
  { type: 'auth', name: 'kubernetes', program: 'vault-plugin-auth-kubernetes' },
  { type: 'database', name: 'postgresql-database-plugin', program: 'postgresql-database-plugin' },
];

/** Registers the plugins that Vault does not have built in, from its folder of plugins, and builds them if need be. */
export async function providePlugins(root: CallVault, folder: string): Promise<void> {
  for (const { type, name, program } of PLUGINS) {
    const path = `sys/plugins/catalog/${type}/${name}`;
    const { status } = await root('GET', path);
    if (status === 200) continue;
    const file = (await providePrograms([program])).path(program);
    // A copy: Vault takes no plugin that a link leads out of the folder to.
    await copyFile(file, join(folder, program));
    await chmod(join(folder, program), 0o755);
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    await mustSucceed(`register ${program}`, root('PUT', path, { sha256, command: program }));
  }
}
