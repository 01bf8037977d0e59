import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { OPERATOR, SYSTEM_NAMESPACE } from '../../src/api/names.ts';
import { OPERATOR_POLICY } from '../../src/policy/vault/operator-policy.ts';
import { buildAgentRole } from '../build/agent-role.ts';
import { minimalTenantIsolation } from '../build/tenant-isolation.ts';
import { clusterCalls } from '../e2e/cluster-calls.ts';
import { readDocCommands } from '../docs/doc-commands.ts';
import { sandboxCalls } from '../e2e/sandbox-calls.ts';
import { deployedArguments } from '../testbed/deployed-node-flags.ts';
import type { RunningProgram } from '../testbed/program-runner.ts';
import { orThrow, runCommand } from '../testbed/run-command.ts';
import { type BoundVault, bindVault, OPERATOR_AUTH_ROLE } from '../testbed/vault/bind-vault.ts';
import { type CallVault, mustSucceed } from '../testbed/vault/call-vault.ts';
import { type StartedVault, startVault } from '../testbed/vault/start-vault.ts';
import { useInstalledChart, WAIT } from './use-installed-chart.ts';

const TENANT = 'kept';
const ENROLLED = 'kept-agents';
const SYSTEM = 'cloister-t-kept';
const SANDBOX = 'hermes';
const NAME = `cloister.${TENANT}.${ENROLLED}.${SANDBOX}`;
const SECRET = 'secret/data/kept/crm';

let started: StartedVault;
let vault: BoundVault;
beforeAll(async () => {
  started = await startVault();
});
const chart = useInstalledChart({
  arguments: () => [
    `--set=vault.address=${started.url}`,
    `--set=vault.role=${OPERATOR_AUTH_ROLE}`,
    `--set-file=vault.caBundle=${started.certificateAuthorityFile}`,
  ],
});
const { controlPlane, install, kubectl, runRelease, uninstall } = chart;
const calls = () => clusterCalls(controlPlane());
const { make, nextPod, pod, says } = sandboxCalls(calls, ENROLLED);

beforeAll(async () => {
  vault = await bindVault(started, controlPlane());
  await mustSucceed('write a secret', vault.root('POST', SECRET, { data: { token: 'crm' } }));
  await applyTenant();
});
afterAll(() => started?.stop());

async function applyTenant(): Promise<void> {
  const role = buildAgentRole(({ spec }) => {
    spec.sandbox.startGate = 'None';
  });
  const credentials = [{ name: 'crm', attach: { type: 'Bearer' } }];
  const { spec } = minimalTenantIsolation;
  await controlPlane().apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ENROLLED } }]);
  await controlPlane().apply([
    { ...role, metadata: { name: TENANT }, spec: { ...role.spec, credentials } },
    {
      ...minimalTenantIsolation,
      metadata: { name: TENANT },
      spec: {
        ...spec,
        namespaces: [{ ...spec.namespaces[0], name: ENROLLED }],
        roles: { allowed: [TENANT] },
        vault: { authMount: 'kubernetes' },
        credentials: [{ name: 'crm', vaultKV: { mount: 'secret', path: 'kept/crm', key: 'token' } }],
      },
    },
  ]);
}

/** As the kubelet mounts what the flags name. The ServiceAccount of the operator is another after an installation. */
async function mounted(flags: readonly string[]): Promise<readonly string[]> {
  const token = { namespace: SYSTEM_NAMESPACE, serviceAccount: OPERATOR, seconds: 7200 };
  await writeFile(vault.operatorTokenFile, await vault.serviceAccountToken(token));
  const files: Readonly<Record<string, string>> = {
    '--vault-ca-file=/etc/cloister-vault/ca.crt': started.certificateAuthorityFile,
    '--vault-token-file=/var/run/secrets/cloister.dev/vault/token': vault.operatorTokenFile,
  };
  const named = flags.filter((flag) => files[flag] !== undefined);
  expect(named).toHaveLength(2);
  return flags.map((flag) => {
    const file = files[flag];
    return file === undefined ? flag : `${flag.split('=')[0]}=${file}`;
  });
}

/** Starts what the Deployment or the Job runs. */
async function startOperator(flags: readonly string[]): Promise<RunningProgram> {
  const kubeconfig = `--kubeconfig=${controlPlane().kubeconfigFor('operator')}`;
  return chart.runner().start('operator', [...(await mounted(flags)), kubeconfig]);
}

/** Has the operator give a sandbox its identity, ends the operator, and logs in as the sandbox. */
async function runAndLogIn(): Promise<CallVault> {
  const args = 'jsonpath={.spec.template.spec.containers[0].args}';
  const flags = JSON.parse(await kubectl('get', 'deployment/cloister-operator', '-o', args)) as string[];
  expect(flags.length).toBeGreaterThan(deployedArguments('operator').length);
  const operator = await startOperator(flags);
  if ((await calls().read(`${SANDBOXES}/${SANDBOX}`)).status === 404)
    await make(SANDBOX, { roleRef: { name: TENANT } });
  await nextPod(SANDBOX);
  await says(SANDBOX, 'CredentialsReady True/Ready');
  const call = await vault.loggedIn(NAME, await tokenOfIdentity());
  expect((await call('GET', SECRET)).status).toBe(200);
  await operator.process.stop(15_000);
  return call;
}

const SANDBOXES = `/apis/cloister.dev/v1alpha1/namespaces/${ENROLLED}/agentsandboxes`;

/** A token of the identity, as the gateway asks for it. */
async function tokenOfIdentity(): Promise<string> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: 'tokens', namespace: SYSTEM };
  const rules = [{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }];
  const subjects = [{ kind: 'ServiceAccount', name: 'cloister-gateway', namespace: SYSTEM }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'tokens' };
  await controlPlane().apply([
    { apiVersion, kind: 'Role', metadata, rules },
    { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects },
  ]);
  const name = `${ENROLLED}.${SANDBOX}`;
  const bound = ['--bound-object-kind=Secret', `--bound-object-name=${name}`, '--audience=vault'];
  const as = `--as=system:serviceaccount:${SYSTEM}:cloister-gateway`;
  const asked = controlPlane().kubectl(['create', 'token', name, '-n', SYSTEM, as, ...bound]);
  return (await orThrow('a token of the identity', asked)).stdout.trim();
}

/** What Vault has of sandboxes; an entity is one that no other test of the file left. */
async function inVault(): Promise<readonly string[]> {
  const keys = async (path: string): Promise<readonly string[]> =>
    ((await vault.root('LIST', path)).data['keys'] ?? []) as string[];
  const isOwn = (name: string): boolean => name.startsWith('cloister.');
  const entities = await Promise.all(
    (await keys('identity/entity/id')).map((id) => vault.root('GET', `identity/entity/id/${id}`)),
  );
  const ofSandboxes = entities.filter(({ data }) => JSON.stringify(data['aliases']).includes(SYSTEM));
  return [
    ...(await keys('sys/policies/acl')).filter(isOwn).map((name) => `policy ${name}`),
    ...(await keys('auth/kubernetes/role')).filter(isOwn).map((name) => `role ${name}`),
    ...ofSandboxes.map(() => 'entity'),
  ];
}

const WHOLE = [`policy ${NAME}`, `role ${NAME}`, 'entity'];

/** Finalizers of the sandbox, and what is managed in the namespaces of the tenant. */
async function leftInCluster(): Promise<string> {
  const finalizers = await kubectl(
    'get',
    `agentsandbox/${SANDBOX}`,
    '-n',
    ENROLLED,
    '-o',
    'jsonpath={.metadata.finalizers}',
  );
  const kinds = 'serviceaccounts,secrets,pods,networkpolicies';
  const managed = ['-lapp.kubernetes.io/managed-by=cloister', '-o', 'name'];
  const objects = await kubectl('get', kinds, '-n', ENROLLED, ...managed);
  const system = await kubectl('get', 'namespaces', '-lcloister.dev/system', '-o', 'name');
  return [finalizers, objects, system].join('');
}

/** Plays a Job that cannot reach Vault: waits until its log says why it does not go on, and runs out of its time. */
async function waitInVain(flags: readonly string[]): Promise<'Failed'> {
  const job = await startOperator(flags);
  await vi.waitFor(async () => {
    const log = await job.log();
    expect(log).toContain(`AgentSandbox ${ENROLLED}/${SANDBOX}: These steps are left: LoginClosed`);
    expect(log).toMatch(/"identities":\[".*it cannot be connected to \(ECONNREFUSED\)/);
  }, WAIT);
  await job.process.stop(15_000);
  return 'Failed';
}

describe('with Vault, the release', { timeout: 240_000 }, () => {
  test('waits while Vault is down, says why in its log, and has ended the pod all the same', async () => {
    const call = await runAndLogIn();
    expect(await inVault()).toEqual(WHOLE);
    await vault.faults.refuse();
    const { code, stderr } = await uninstall(waitInVain);
    expect(code).not.toBe(0);
    expect(stderr).toContain('cloister-release');
    expect(await pod(SANDBOX)).toBeUndefined();
    expect(await leftInCluster()).toContain('cloister.dev/vault');
    expect(await kubectl('get', 'validatingwebhookconfiguration/cloister-decide', '-o', 'name')).not.toBe('');
    await vault.faults.accept();
    expect((await call('GET', SECRET)).status).toBe(200);
  });

  test('leaves no finalizer, no ServiceAccount and nothing in Vault when it is run again', async () => {
    const { code, stderr } = await uninstall(async (flags) => runRelease(await mounted(flags)));
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(await inVault()).toEqual([]);
    expect(await leftInCluster()).toBe('');
  });

  test('ends without Vault where a person has forced the release, and an event says what is left', async () => {
    await install();
    await runAndLogIn();
    await vault.faults.refuse();
    await kubectl(
      'annotate',
      `agentsandbox/${SANDBOX}`,
      '-n',
      ENROLLED,
      'cloister.dev/force-release=Vault is lost',
    );
    const { code } = await uninstall(async (flags) => runRelease(await mounted(flags)));
    expect(code).toBe(0);
    expect(await leftInCluster()).toBe('');
    const notes = await kubectl(
      'get',
      'events',
      '-n',
      ENROLLED,
      '--field-selector=reason=ForceReleased',
      '-o',
      'jsonpath={.items[*].message}',
    );
    expect(notes).toContain(`Left behind: role ${NAME} of auth/kubernetes`);
    expect(notes).toContain(`policy ${NAME}`);
    await vault.faults.accept();
    expect(await inVault()).toEqual(WHOLE);
  });

  test('leaves nothing that the commands of docs/removing.md do not remove by hand', async () => {
    const commands = readDocCommands()
      .filter(({ file, command }) => file === 'docs/removing.md' && /(^|\()vault /.test(command))
      .map(({ command }) => command.replace('cloister.acme.acme-agents.first', NAME));
    expect(commands).toHaveLength(10);
    const databaseRole = `database/roles/${NAME}`;
    expect((await vault.root('POST', databaseRole, { db_name: 'acme' })).status).toBe(204);
    const environment = {
      PATH: `${dirname(vault.program)}:${process.env['PATH'] ?? ''}`,
      VAULT_ADDR: vault.url,
      VAULT_CACERT: vault.certificateAuthorityFile,
      VAULT_TOKEN: vault.rootToken,
      HOME: vault.folder,
    };
    const args = ['-e', '-o', 'pipefail', '-c', commands.join('\n')];
    await orThrow('the commands of docs/removing.md', runCommand({ program: 'bash', args, environment }));
    expect(await inVault()).toEqual([]);
    const operators = [`sys/policies/acl/${OPERATOR_POLICY}`, `auth/kubernetes/role/${OPERATOR_AUTH_ROLE}`];
    for (const path of [databaseRole, ...operators]) expect((await vault.root('GET', path)).status).toBe(404);
  });
});
