import { describe, expect, test } from 'vitest';
import { heldBack, openCredentials } from './open-credentials.ts';
import { callerOf, stored } from './scripted-store.ts';

describe('a wipe', () => {
  test('forgets what is kept of the one sandbox, and has its stores forget it', async () => {
    const { get, store, credentials } = openCredentials();
    await Promise.all([get(callerOf(1)), get(callerOf(2))]);
    expect(credentials.wipe('sandbox-1')).toBe(1);
    expect(store.forgotten).toEqual(['sandbox-1']);
    await Promise.all([get(callerOf(1)), get(callerOf(2))]);
    expect(store.asked).toEqual(['pod-1 openai', 'pod-2 openai', 'pod-1 openai']);
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
