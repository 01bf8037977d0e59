import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { orThrow } from '../testbed/run-command.ts';
import { type BoundVault, bindVault, OPERATOR_AUTH_ROLE } from '../testbed/vault/bind-vault.ts';
import { type CallVault, mustSucceed } from '../testbed/vault/call-vault.ts';
import { startVault } from '../testbed/vault/start-vault.ts';
import { NAMESPACE } from './samples.ts';
import { SANDBOXES } from './sandbox-calls.ts';
import { KINDS, TENANTS } from './tenants.ts';
import { RUNNING, useSandboxes } from './use-sandboxes.ts';

const SYSTEM = 'cloister-t-acme';
const WAIT = { timeout: 40_000, interval: 100 };
const SECRET = 'secret/data/hermes-agent/openai';
const nameOf = (sandbox: string): string => `cloister.acme.${NAMESPACE}.${sandbox}`;

let vault: BoundVault;
const cluster = useSandboxes(
  async (controlPlane) => {
    vault = await bindVault(await startVault(), controlPlane);
  },
  undefined,
  () => [
    `--vault-address=${vault.url}`,
    `--vault-ca-file=${vault.certificateAuthorityFile}`,
    `--vault-role=${OPERATOR_AUTH_ROLE}`,
    `--vault-token-file=${vault.operatorTokenFile}`,
  ],
);
const { calls, changeSandbox, isGone, make, nextPod, play, pod, says, statusOf } = cluster;

beforeAll(async () => {
  await vault.root('POST', SECRET, { data: { api_key: 'sk-acme' } });
  await vault.root('POST', 'secret/data/other/crm', { data: { token: 'other' } });
  // Of open source: it has no namespaces.
  const tenant = { vault: { authMount: 'kubernetes', namespace: null } };
  expect((await calls().merge(`${TENANTS}/acme`, { spec: tenant })).message).toBe('');
  await mayAskForTokens();
});
afterAll(() => vault?.stop());

/** Lets the gateway ask for tokens of identities, which only its own policy holds it to. */
async function mayAskForTokens(): Promise<void> {
  const metadata = { name: 'tokens', namespace: SYSTEM };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'tokens' };
  const subjects = [{ kind: 'ServiceAccount', name: 'cloister-gateway', namespace: SYSTEM }];
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const rules = [{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }];
  await cluster.controlPlane().apply([
    { apiVersion, kind: 'Role', metadata, rules },
    { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects },
  ]);
}

/** A token of an identity, as the gateway asks for it. */
async function tokenOf(sandbox: string): Promise<string> {
  const name = `${NAMESPACE}.${sandbox}`;
  const bound = ['--bound-object-kind=Secret', `--bound-object-name=${name}`, '--audience=vault'];
  const as = `--as=system:serviceaccount:${SYSTEM}:cloister-gateway`;
  const asked = cluster.controlPlane().kubectl(['create', 'token', name, '-n', SYSTEM, as, ...bound]);
  return (await orThrow('a token of an identity', asked)).stdout.trim();
}

interface LoggedIn {
  readonly call: CallVault;
  /** Tries to log in again with the same token. */
  readonly logIn: () => ReturnType<CallVault>;
  readonly podUID: string;
}

async function runAndLogIn(name: string): Promise<LoggedIn> {
  await make(name);
  const { metadata } = await nextPod(name);
  await play(name, RUNNING);
  await says(name, 'CredentialsReady True/Ready', 'Ready True/Ready');
  const token = await tokenOf(name);
  return {
    call: await vault.loggedIn(nameOf(name), token),
    logIn: () => vault.login(nameOf(name), token),
    podUID: metadata.uid,
  };
}

/** Expects that what was given opens nothing, and that Vault has nothing of the sandbox. */
async function hasNothing(name: string, { call, logIn }: LoggedIn): Promise<void> {
  expect((await call('GET', SECRET)).status).toBe(403);
  expect([400, 403]).toContain((await logIn()).status);
  await vi.waitFor(async () => {
    for (const path of [`sys/policies/acl/${nameOf(name)}`, `auth/kubernetes/role/${nameOf(name)}`]) {
      expect([path, (await vault.root('GET', path)).status]).toEqual([path, 404]);
    }
    for (const kind of ['serviceaccounts', 'secrets']) {
      const path = `/api/v1/namespaces/${SYSTEM}/${kind}/${NAMESPACE}.${name}`;
      expect([path, (await calls().read(path)).status]).toEqual([path, 404]);
    }
  }, WAIT);
}

describe('a sandbox with an identity in Vault', () => {
  test('reads its secret there, and no other', async () => {
    const { call } = await runAndLogIn('reader');
    const { body } = await mustSucceed('read the secret', call('GET', SECRET));
    expect(body).toMatchObject({ data: { data: { api_key: 'sk-acme' } } });
    expect((await call('GET', 'secret/data/other/crm')).status).toBe(403);
  });

  test('has it again when somebody deletes its role in Vault, and says so', async () => {
    await vault.root('DELETE', `auth/kubernetes/role/${nameOf('reader')}`);
    await cluster.cloister().operator.stop(5_000);
    await cluster.cloister().startAgain('operator');
    await vi.waitFor(async () => {
      const { object } = await calls().read(`/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`);
      const reasons = (object['items'] as { reason: string }[]).map(({ reason }) => reason);
      expect(reasons).toContain('VaultDriftRepaired');
    }, WAIT);
    await vault.loggedIn(nameOf('reader'), await tokenOf('reader'));
  });

  test('has nothing when it is deleted, and one of its name has an identity of its own', async () => {
    const first = await runAndLogIn('again');
    await calls().remove(`${SANDBOXES}/again`);
    await isGone(`${SANDBOXES}/again`);
    await hasNothing('again', first);
    await vi.waitFor(async () => expect(await pod('again')).toBeUndefined(), WAIT);
    const second = await runAndLogIn('again');
    expect((await second.call('GET', SECRET)).status).toBe(200);
    expect((await first.call('GET', SECRET)).status).toBe(403);
    expect((await first.logIn()).status).toBe(403);
  });

  test('has nothing when it is stopped', async () => {
    const given = await runAndLogIn('halted');
    await changeSandbox('halted', { state: 'Stopped' });
    await says('halted', 'CredentialsReady False/Revoked');
    await hasNothing('halted', given);
    expect((await statusOf('halted')).vaultRole).toBeUndefined();
  });

  test('has nothing in quarantine, and an identity again after the release', async () => {
    const given = await runAndLogIn('held');
    const quarantine = `${KINDS}/agentquarantines`;
    const target = { type: 'Sandbox', namespace: NAMESPACE, name: 'held' };
    const made = { apiVersion: 'cloister.dev/v1alpha1', kind: 'AgentQuarantine', metadata: { name: 'hold' } };
    await calls().create(quarantine, { ...made, spec: { target, reason: 'tried' } });
    await says('held', 'Contained True/Quarantined');
    await hasNothing('held', given);
    await calls().remove(`${quarantine}/hold`);
    await nextPod('held', given.podUID);
    await play('held', RUNNING);
    await says('held', 'CredentialsReady True/Ready');
  });

  test('has nothing when its namespace is no tenant’s', async () => {
    const given = await runAndLogIn('left');
    expect((await calls().remove(`${TENANTS}/acme`)).status).toBe(200);
    await vi.waitFor(async () => {
      const { object } = await calls().read(`/api/v1/namespaces/${NAMESPACE}`);
      const { labels } = object['metadata'] as { labels: Record<string, string> };
      expect(labels['cloister.dev/tenant']).toBeUndefined();
    }, WAIT);
    await hasNothing('left', given);
    const { object } = await calls().read(`${SANDBOXES}/left`);
    expect((object['metadata'] as { finalizers?: string[] }).finalizers ?? []).toEqual([]);
    expect((await vault.root('LIST', 'sys/policies/acl')).data['keys']).not.toContainEqual(
      expect.stringMatching(/^cloister\./),
    );
  });
});
