import { describe, expect, test } from 'vitest';
import { heldBack, openCredentials, UNAVAILABLE } from './open-credentials.ts';
import { callerOf, stored } from './scripted-store.ts';

describe('a wipe', () => {
  test('forgets what is kept of the one sandbox', async () => {
    const { get, store, credentials } = openCredentials();
    await Promise.all([get(callerOf(1)), get(callerOf(2))]);
    expect(credentials.wipe('sandbox-1')).toBe(1);
    expect(credentials.wipe('sandbox-1')).toBe(0);
    await Promise.all([get(callerOf(1)), get(callerOf(2))]);
    expect(store.asked).toEqual(['pod-1 openai', 'pod-2 openai', 'pod-1 openai']);
  });

  test('keeps the login, which ends with a review where the caller is another by now', async () => {
    const { get, store, credentials, world } = openCredentials();
    await get();
    credentials.wipe('sandbox-1');
    expect(store.forgotten).toEqual([]);
    world.current.delete('pod-1');
    credentials.review('All');
    expect(store.forgotten).toEqual(['sandbox-1']);
  });

  test('does not end the pause after a read that failed', async () => {
    const { get, store, credentials, clock } = openCredentials({ answer: () => UNAVAILABLE });
    await get();
    for (let count = 0; count < 3; count += 1) {
      expect(credentials.wipe('sandbox-1')).toBe(0);
      expect(await get()).toBe('CredentialStoreUnavailable');
    }
    expect(store.asked).toHaveLength(1);
    await clock.advance(1_001);
    await get();
    expect(store.asked).toHaveLength(2);
  });

  test('ends what is being read, which is neither given nor kept', async () => {
    const { answer, release } = heldBack();
    const { get, credentials, store } = openCredentials({ answer });
    const given = get();
    await Promise.resolve();
    credentials.wipe('sandbox-1');
    expect(await given).toBe('CallCut');
    void get();
    release(stored('key-1'));
    expect(store.asked).toHaveLength(2);
  });

  test('comes with a review for every caller that is another by now', async () => {
    const { get, store, credentials, world } = openCredentials();
    await Promise.all([get(callerOf(1)), get(callerOf(2))]);
    world.current.delete('pod-1');
    credentials.review(new Set(['pod-2']));
    expect(store.forgotten).toEqual([]);
    credentials.review(new Set(['pod-1', 'pod-2']));
    expect(store.forgotten).toEqual(['sandbox-1']);
    world.current.delete('pod-2');
    credentials.review('All');
    expect(store.forgotten).toEqual(['sandbox-1', 'sandbox-2']);
  });

  test('follows a call that was let in before its sandbox was cut off', async () => {
    const { answer, release } = heldBack();
    const { get, store, world } = openCredentials({ answer });
    const given = get();
    await Promise.resolve();
    world.current.delete('pod-1');
    release(stored('key-1'));
    expect(await given).toBe('CallCut');
    expect(store.forgotten).toEqual(['sandbox-1']);
  });

  test('comes with another pod of the sandbox', async () => {
    const { get, store } = openCredentials();
    await get(callerOf(1));
    await get(callerOf(1, { podUID: 'pod-2' }));
    expect(store.forgotten).toEqual(['sandbox-1']);
    expect(store.asked).toEqual(['pod-1 openai', 'pod-2 openai']);
  });

  test('of all comes with the end', async () => {
    const { get, store, credentials } = openCredentials();
    await Promise.all([get(callerOf(1)), get(callerOf(2))]);
    await credentials.close();
    expect(store.forgotten).toEqual(['sandbox-1', 'sandbox-2']);
  });
});

describe('a review', () => {
  const bound = (path: string) => [{ name: 'openai', vaultKV: { mount: 'secret', path, key: 'api_key' } }];

  test.each<[string, (world: ReturnType<typeof openCredentials>['world']) => void, number]>([
    ['is bound no more', (world) => (world.bindings = []), 0],
    ['is bound to another secret', (world) => (world.bindings = bound('acme/other')), 0],
    ['is in another namespace of Vault', (world) => (world.vault = { authMount: 'k', namespace: 'b' }), 0],
    ['is read by another mount', (world) => (world.vault = { authMount: 'other' }), 0],
    ['is bound as before', (world) => (world.bindings = bound('acme/openai')), 1],
    ['has a tenant that is not known', (world) => (world.bindings = null), 1],
  ])('of a credential that %s', async (_title, change, kept) => {
    const { get, credentials, world, store } = openCredentials();
    await get();
    change(world);
    credentials.review('All');
    expect(credentials.kept()).toBe(kept);
    expect(store.forgotten).toEqual([]);
  });

  test('leaves a Secret of Kubernetes where it is when Vault is another', async () => {
    const { get, credentials, world } = openCredentials();
    world.bindings = [{ name: 'openai', kubernetesSecret: { name: 's', key: 'k' } }];
    await get();
    world.vault = { authMount: 'other' };
    credentials.review('All');
    expect(credentials.kept()).toBe(1);
  });

  test('ends what is being read from where it is bound no more', async () => {
    const { get, credentials, world } = openCredentials({ answer: heldBack().answer });
    const given = get();
    await Promise.resolve();
    world.bindings = bound('acme/other');
    credentials.review('All');
    expect(await given).toBe('CallCut');
  });
});

describe('what is kept', () => {
  test('is of so many sandboxes, and the one that asked first goes first', async () => {
    const { get, store } = openCredentials({ limits: { maxSandboxes: 2, maxReads: 10 } });
    await get(callerOf(1));
    await get(callerOf(2));
    await get(callerOf(1));
    await get(callerOf(3));
    expect(store.forgotten).toEqual(['sandbox-2']);
  });

  test('is read by so many at once', async () => {
    const { answer, release } = heldBack();
    const { get } = openCredentials({ answer, limits: { maxSandboxes: 10, maxReads: 1 } });
    const first = get(callerOf(1));
    await Promise.resolve();
    expect(await get(callerOf(2))).toBe('CredentialStoreUnavailable');
    release(stored('key-1'));
    expect(await first).toBe('key-1');
    const second = get(callerOf(2));
    await Promise.resolve();
    release(stored('key-2'));
    expect(await second).toBe('key-2');
  });
});
