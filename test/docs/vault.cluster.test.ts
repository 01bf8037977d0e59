import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startControlPlane, type StartedControlPlane } from '../testbed/control-plane.ts';
import { installManifests } from '../testbed/install-cloister.ts';
import { providePrograms } from '../testbed/provide-programs.ts';
import { runCommand } from '../testbed/run-command.ts';
import { type StartedVault, startVault } from '../testbed/vault/start-vault.ts';
import { readDocCommands, ROOT } from './doc-commands.ts';

const TENANT = {
  apiVersion: 'cloister.dev/v1alpha1',
  kind: 'TenantIsolation',
  metadata: { name: 'acme' },
  spec: {
    namespaces: [{ name: 'acme-agents' }],
    vault: { authMount: 'kubernetes' },
    onEgressOpen: 'Report',
    adopt: 'Report',
  },
};

/** Commands of the page that are not run here, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'helm upgrade cloister charts/cloister --namespace cloister-system --reset-then-reuse-values --values vault-values.yaml':
    'there is no release here; test/charts/uninstall-vault.cluster.test.ts installs one with Vault',
  'kubectl rollout status deployment cloister-operator --namespace cloister-system --timeout=120s':
    'a Deployment needs a node',
  'cloister doctor': 'nothing is installed; test/cli/vault/doctor.cluster.test.ts runs it on what is',
};

let controlPlane: StartedControlPlane;
let vault: StartedVault;

beforeAll(async () => {
  [controlPlane, vault] = await Promise.all([startControlPlane({ controllerManager: false }), startVault()]);
  const bin = join(vault.folder, 'bin');
  mkdirSync(bin);
  symlinkSync((await providePrograms(['kubectl'])).path('kubectl'), join(bin, 'kubectl'));
  symlinkSync(vault.program, join(bin, 'vault'));
  const source = join(ROOT, 'src', 'bin', 'cloister.ts');
  const script = `#!/bin/sh\nexec '${process.execPath}' '${source}' "$@"\n`;
  writeFileSync(join(bin, 'cloister'), script, { mode: 0o755 });
  await controlPlane.apply(installManifests('').filter(({ kind }) => kind === 'CustomResourceDefinition'));
  await controlPlane.apply(
    ['cloister-system', 'cloister-t-acme'].flatMap((name) => [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    ]),
  );
  await controlPlane.apply([
    serviceAccount('cloister-system', 'cloister-operator'),
    serviceAccount('cloister-t-acme', 'acme-agents.hermes'),
    TENANT,
  ]);
});
afterAll(async () => {
  await vault?.stop();
  await controlPlane?.stop();
});

const serviceAccount = (namespace: string, name: string): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace },
});

/** Runs a command as a reader would, with the programs of the testbed. */
async function run(command: string): Promise<string> {
  const { code, stdout } = await runCommand({
    program: 'bash',
    args: ['-e', '-o', 'pipefail', '-c', `cd '${vault.folder}'; exec 2>&1; ${command}`],
    environment: {
      PATH: `${join(vault.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: vault.folder,
      KUBECONFIG: controlPlane.kubeconfig,
      VAULT_ADDR: vault.url,
      VAULT_CACERT: vault.certificateAuthorityFile,
      VAULT_TOKEN: vault.rootToken,
    },
  });
  expect(code, `${command}\n${stdout}`).toBe(0);
  return stdout;
}

test('after the commands of docs/vault.md, the operator logs in and makes an identity that logs in', async () => {
  const commands = readDocCommands().filter(({ file }) => file === 'docs/vault.md');
  expect(commands).toHaveLength(15);
  const skipped = commands.filter(({ command }) => Object.hasOwn(NOT_RUN, command));
  expect(skipped).toHaveLength(Object.keys(NOT_RUN).length);
  for (const { command } of commands) if (!Object.hasOwn(NOT_RUN, command)) await run(command);

  const login = async (namespace: string, name: string, role: string): Promise<string> => {
    const args = ['create', 'token', name, '-n', namespace, '--audience', 'vault'];
    const jwt = (await controlPlane.kubectl(args)).stdout.trim();
    const { body } = await vault.as()('POST', 'auth/kubernetes/login', { role, jwt });
    return (body['auth'] as { client_token: string }).client_token;
  };
  const operator = vault.as(await login('cloister-system', 'cloister-operator', 'operator-cloister'));
  const name = 'cloister.acme.acme-agents.hermes';
  const policy = '# Written by Cloister\npath "secret/data/acme/openai" { capabilities = ["read"] }';
  expect((await operator('POST', `sys/policies/acl/${name}`, { policy })).status).toBe(204);
  const role = {
    bound_service_account_names: 'acme-agents.hermes',
    bound_service_account_namespaces: 'cloister-t-acme',
    audience: 'vault',
    token_policies: name,
    token_no_default_policy: true,
    token_ttl: '900',
  };
  expect((await operator('POST', `auth/kubernetes/role/${name}`, role)).status).toBe(204);
  await vault.root('POST', 'secret/data/acme/openai', { data: { api_key: 'value' } });
  const sandbox = vault.as(await login('cloister-t-acme', 'acme-agents.hermes', name));
  expect((await sandbox('GET', 'secret/data/acme/openai')).data).toMatchObject({
    data: { api_key: 'value' },
  });
});
