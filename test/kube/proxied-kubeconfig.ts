import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createScratchFolder } from './scratch-folder.ts';

/** Writes a kubeconfig that reaches a server over plain HTTP with a bearer token; answers its path. */
export async function writeProxiedKubeconfig(server: string, token: string): Promise<string> {
  const file = join(await createScratchFolder(), 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'proxied',
    contexts: [{ name: 'proxied', context: { cluster: 'proxied', user: 'admin' } }],
    clusters: [{ name: 'proxied', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token } }],
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
