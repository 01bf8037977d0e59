import { afterEach, describe, expect, test, vi } from 'vitest';
import { VAULT_DOWN } from '../build/memory-vault.ts';
import { RUNNING } from '../e2e/use-sandboxes.ts';
import { freeLease } from './free-lease.ts';
import { nameOf, NAMESPACE, SANDBOXES, SYSTEM, useIdentities } from './use-identities.ts';
import { WAIT } from './use-tenant-cluster.ts';

const cluster = useIdentities();
const { begin, calls, make, remove, says, isReady, isAway, isGone, nextPod, play, read, vault } = cluster;

afterEach(() => {
  vault().failWith = () => null;
});

/** Has a sandbox run, and logs in as it. */
async function runAndLogIn(name: string, spec: object = {}) {
  await make(name, spec);
  const { metadata } = await nextPod(name);
  await play(name, RUNNING);
  await isReady(name);
  const token = vault().logIn(nameOf(name), await cluster.accountUID(name));
  expect(vault().accepts(token)).toBe(true);
  return { token, podUID: metadata.uid };
}

describe('a sandbox of a role with credentials in Vault', () => {
  test('has an identity whose account and place are in its status, and an anchor of its pod', async () => {
    await begin();
    const { podUID } = await runAndLogIn('whole');
    const { metadata, status } = await read('whole');
    expect(metadata.finalizers).toContain('cloister.dev/vault');
    expect(status).toMatchObject({
      vaultRole: nameOf('whole'),
      vaultIdentity: {
        authMount: 'kubernetes',
        serviceAccountUID: await cluster.accountUID('whole'),
        podUID,
      },
    });
    const { object } = await calls().read(`${SYSTEM}/secrets/${NAMESPACE}.whole`);
    expect(object).toMatchObject({ metadata: { annotations: { 'cloister.dev/pod-uid': podUID } } });
    expect(object['data']).toBeUndefined();
    expect(vault().policies.get(nameOf('whole'))).toContain('secret/data/acme/crm');
  });

  test('is left alone by an operator that starts again', { retry: 0 }, async () => {
    const { writes } = await begin();
    await vi.waitFor(() => expect(writes).toContain('vault provide'), WAIT);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(writes.filter((write) => write.includes('whole'))).toEqual([]);
  });

  test('loses all of it in order when it is deleted', async () => {
    await begin();
    const { token } = await runAndLogIn('deleted');
    const before = vault().calls.length;
    await remove('deleted');
    await isGone('deleted');
    await isAway('deleted');
    expect(vault().accepts(token)).toBe(false);
    const made = vault().calls.slice(before);
    expect(made.map((call) => call.split(' ')[0]).filter((verb) => verb !== 'provide')).toEqual([
      'removeLogin',
      'findEntity',
      'disableEntity',
      'findEntity',
      'findEntity',
      'removeEntity',
      'removePolicy',
    ]);
  });

  test('loses it when its task has ended, and keeps the steps in its status', async () => {
    await begin();
    await runAndLogIn('completed');
    await play('completed', { gate: { passed: true }, agent: { exitCode: 0 } });
    await says('completed', 'CredentialsReady False/Revoked', 'PodReady False/Completed');
    await isAway('completed');
    await vi.waitFor(async () => {
      const { metadata, status } = await read('completed');
      expect(metadata.finalizers ?? []).toEqual([]);
      expect(status?.vaultRole).toBeUndefined();
      expect(status?.removal?.every(({ completedTime }) => completedTime !== undefined)).toBe(true);
    }, WAIT);
  });

  test.for<readonly [string, (name: string) => Promise<unknown>]>([
    ['stopped', (name) => calls().merge(`${SANDBOXES}/${name}`, { spec: { state: 'Stopped' } })],
  ])('loses it when it is %s', async ([name, end]) => {
    await begin();
    const { token } = await runAndLogIn(name);
    await end(name);
    await says(name, 'CredentialsReady False/Revoked');
    await isAway(name);
    expect(vault().accepts(token)).toBe(false);
    expect(await cluster.pod(name)).toBeUndefined();
  });

  test('loses it in quarantine with its pod, and has another after the release', async () => {
    await begin();
    const { token, podUID } = await runAndLogIn('held');
    const quarantines = '/apis/cloister.dev/v1alpha1/agentquarantines';
    await calls().create(quarantines, {
      apiVersion: 'cloister.dev/v1alpha1',
      kind: 'AgentQuarantine',
      metadata: { name: 'hold' },
      spec: { target: { type: 'Sandbox', namespace: NAMESPACE, name: 'held' }, reason: 'tried' },
    });
    await says('held', 'Contained True/Quarantined');
    expect(vault().accepts(token)).toBe(false);
    await says('held', 'CredentialsReady False/Revoked');
    await isAway('held');
    await calls().remove(`${quarantines}/hold`);
    await nextPod('held', podUID);
    await play('held', RUNNING);
    await isReady('held');
    expect(vault().accepts(token)).toBe(false);
    expect((await read('held')).status?.removal).toBeUndefined();
  });

  test('has another when its ServiceAccount is deleted, and no token of the first opens anything', async () => {
    await begin();
    const { token, podUID } = await runAndLogIn('bereft');
    const first = await cluster.accountUID('bereft');
    await cluster.removeGuard();
    const account = `${SYSTEM}/serviceaccounts/${NAMESPACE}.bereft`;
    await vi.waitFor(async () => expect((await calls().remove(account)).status).toBe(200), WAIT);
    await vi.waitFor(async () => {
      expect((await read('bereft')).status?.vaultIdentity?.serviceAccountUID).not.toBe(first);
    }, WAIT);
    await isReady('bereft');
    expect(vault().accepts(token)).toBe(false);
    expect((await cluster.pod('bereft'))?.metadata.uid).toBe(podUID);
  });
});

describe('while Vault is down', () => {
  test('a sandbox runs, and has its identity afterwards', async () => {
    vault().failWith = () => VAULT_DOWN;
    await begin();
    await make('early');
    await nextPod('early');
    await play('early', RUNNING);
    await says('early', 'PodReady True/Running', 'CredentialsReady False/StoreUnreachable');
    vault().failWith = () => null;
    await isReady('early');
  });

  test('a sandbox that is stopped loses its pod at once, and the rest afterwards', async () => {
    await begin();
    const { token } = await runAndLogIn('late');
    vault().failWith = () => VAULT_DOWN;
    await calls().merge(`${SANDBOXES}/late`, { spec: { state: 'Stopped' } });
    await vi.waitFor(async () => expect(await cluster.pod('late')).toBeUndefined(), WAIT);
    await says('late', 'CredentialsReady False/Revoking');
    const { status } = await read('late');
    expect(status?.removal?.find(({ name }) => name === 'LoginClosed')?.message).toContain(
      'connection refused',
    );
    expect((await calls().read(`${SYSTEM}/secrets/${NAMESPACE}.late`)).status).toBe(404);
    vault().failWith = () => null;
    await isAway('late');
    expect(vault().accepts(token)).toBe(false);
  });

  test('a sandbox that is stopped loses its pod also where Vault never responds', async () => {
    await begin();
    await runAndLogIn('hung');
    vault().failWith = () => new Promise(() => {});
    await calls().merge(`${SANDBOXES}/hung`, { spec: { state: 'Stopped' } });
    await vi.waitFor(async () => expect(await cluster.pod('hung')).toBeUndefined(), WAIT);
    vault().failWith = () => null;
    await cluster.stop();
    await freeLease(calls());
    await begin();
    await isAway('hung');
  });

  test('a deleted sandbox stays until a person forces its release, which says what is left', async () => {
    await begin();
    await runAndLogIn('forced');
    vault().failWith = () => VAULT_DOWN;
    await remove('forced');
    await says('forced', 'CredentialsReady False/Revoking');
    await calls().merge(`${SANDBOXES}/forced`, {
      metadata: { annotations: { 'cloister.dev/force-release': 'Vault is lost' } },
    });
    await isGone('forced');
    await vi.waitFor(async () => {
      const { object } = await calls().read(`/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`);
      const notes = (object['items'] as { reason: string; note: string }[])
        .filter(({ reason }) => reason === 'ForceReleased')
        .map(({ note }) => note);
      expect(notes).toEqual([expect.stringContaining(`role ${nameOf('forced')} of auth/kubernetes`)]);
    }, WAIT);
    expect((await calls().read(`${SYSTEM}/serviceaccounts/${NAMESPACE}.forced`)).status).toBe(404);
    vault().failWith = () => null;
    vault().roles.delete(nameOf('forced'));
    vault().policies.delete(nameOf('forced'));
    vault().entities.clear();
  });
});
