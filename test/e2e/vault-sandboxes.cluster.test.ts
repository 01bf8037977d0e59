import { describe, expect, test, vi } from 'vitest';
import { mustSucceed } from '../testbed/vault/call-vault.ts';
import { NAMESPACE } from './samples.ts';
import { SANDBOXES } from './sandbox-calls.ts';
import { KINDS, TENANTS } from './tenants.ts';
import { type LoggedIn, OTHER_SECRET, SECRET, useVaultSandboxes, WAIT } from './use-vault-sandboxes.ts';
import { RUNNING } from './use-sandboxes.ts';

const cluster = useVaultSandboxes();
const { calls, changeSandbox, isGone, lookAgain, nextPod, play, sandboxOf, says, statusOf, vault } = cluster;

const runAndLogIn = (sandbox: string): Promise<LoggedIn> => sandboxOf(sandbox).runAndLogIn();

/** Expects that what was given opens nothing at once, and that Vault soon has nothing of the sandbox. */
async function hasNothing(sandbox: string, given: LoggedIn): Promise<void> {
  const ended = sandboxOf(sandbox);
  await ended.opensNothing(given);
  await ended.hasNothing(given);
}

describe('a sandbox with an identity in Vault', () => {
  test('reads its secret there, and no other', async () => {
    const { call } = await runAndLogIn('reader');
    const { body } = await mustSucceed('read the secret', call('GET', SECRET));
    expect(body).toMatchObject({ data: { data: { api_key: 'sk-acme' } } });
    expect((await call('GET', OTHER_SECRET)).status).toBe(403);
  });

  test('has it again when somebody deletes its role in Vault, and says so', async () => {
    const reader = sandboxOf('reader');
    await vault().root('DELETE', `auth/kubernetes/role/${reader.name}`);
    await lookAgain();
    await vi.waitFor(async () => {
      const { object } = await calls().read(`/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`);
      const reasons = (object['items'] as { reason: string }[]).map(({ reason }) => reason);
      expect(reasons).toContain('VaultDriftRepaired');
    }, WAIT);
    await reader.logIn();
  });

  test('has nothing when it is deleted, and one of its name has an identity of its own', async () => {
    const first = await runAndLogIn('again');
    await calls().remove(`${SANDBOXES}/again`);
    await isGone(`${SANDBOXES}/again`);
    await hasNothing('again', first);
    await vi.waitFor(async () => expect(await sandboxOf('again').pod()).toBeUndefined(), WAIT);
    const second = await runAndLogIn('again');
    expect((await second.call('GET', SECRET)).status).toBe(200);
    expect((await first.call('GET', SECRET)).status).toBe(403);
    expect((await vault().login(sandboxOf('again').name, first.token)).status).toBe(403);
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
    expect((await vault().root('LIST', 'sys/policies/acl')).data['keys']).not.toContainEqual(
      expect.stringMatching(/^cloister\./),
    );
  });
});
