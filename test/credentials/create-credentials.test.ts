import { describe, expect, test } from 'vitest';
import type { Binding, CredentialCaller } from '../../src/credentials/secret-store.ts';
import { heldBack, openCredentials, UNAVAILABLE } from './open-credentials.ts';
import { callerOf, stored } from './scripted-store.ts';

type Opened = ReturnType<typeof openCredentials>;

describe('a credential', () => {
  test('is read once for all calls that ask at once, and kept', async () => {
    const { get, store } = openCredentials();
    expect(await Promise.all([get(), get(), get()])).toEqual(['key-1', 'key-1', 'key-1']);
    expect(await get()).toBe('key-1');
    expect(store.asked).toEqual(['pod-1 openai']);
  });

  test('is read for each sandbox anew', async () => {
    const { get, store } = openCredentials();
    await Promise.all([get(callerOf(1)), get(callerOf(2))]);
    expect(store.asked).toEqual(['pod-1 openai', 'pod-2 openai']);
  });

  test.each([
    [900, 889, 'key-1'],
    [900, 891, 'key-2'],
    [60, 53, 'key-1'],
    [60, 55, 'key-2'],
    [0, 0, 'key-2'],
  ])('with a ttl of %i s is after %i s %s', async (ttl, seconds, expected) => {
    let number = 0;
    const { get, clock } = openCredentials({ answer: () => stored(`key-${(number += 1)}`, ttl) });
    expect(await get()).toBe('key-1');
    await clock.advance(seconds * 1000);
    expect(await get()).toBe(expected);
  });

  test.each([
    ['while it is kept', false, async () => undefined],
    ['and has ended when its time is over', true, async ({ clock }: Opened) => clock.advance(54_001)],
    [
      'and has ended when it is wiped',
      true,
      async ({ credentials }: Opened) => credentials.wipe('sandbox-1'),
    ],
    [
      'and has ended when its sandbox is cut off',
      true,
      async ({ credentials, world }: Opened) => {
        world.current.clear();
        credentials.review('All');
      },
    ],
  ])('is one object for all calls, %s', async (_title, isEnded, change) => {
    const opened = openCredentials({ answer: () => stored('key-1', 60) });
    const give = () => opened.credentials.get(callerOf(), 'openai', new AbortController().signal);
    const given = await give();
    if ('problem' in given) throw new Error(given.problem.detail);
    expect(await give()).toBe(given);
    await change(opened);
    expect(given.ended.aborted).toBe(isEnded);
  });

  test('lives from when it was asked for, not from when it came', async () => {
    const { answer, release } = heldBack();
    const { get, clock, store } = openCredentials({ answer });
    const first = get();
    await clock.advance(9_000);
    release(stored('key-1', 60));
    expect(await first).toBe('key-1');
    await clock.advance(45_001);
    void get();
    await clock.advance(0);
    expect(store.asked).toHaveLength(2);
  });

  test('that is kept outlives its store until its time is over, and is refused then', async () => {
    const world = { isSealed: false };
    const { get, clock } = openCredentials({
      answer: () => (world.isSealed ? UNAVAILABLE : stored('key-1', 60)),
    });
    expect(await get()).toBe('key-1');
    world.isSealed = true;
    await clock.advance(53_000);
    expect(await get()).toBe('key-1');
    await clock.advance(1_001);
    expect(await get()).toBe('CredentialStoreUnavailable');
    world.isSealed = false;
    expect(await get()).toBe('CredentialStoreUnavailable');
    await clock.advance(1_001);
    expect(await get()).toBe('key-1');
  });

  test('that cannot be read is logged once, and once more when it can be', async () => {
    const world = { isSealed: true };
    const { get, clock, logged } = openCredentials({
      answer: () => (world.isSealed ? UNAVAILABLE : stored('key-1')),
    });
    for (let count = 0; count < 3; count += 1) {
      await get();
      await clock.advance(2_000);
    }
    world.isSealed = false;
    await get();
    expect(logged.map(({ message }) => message)).toEqual([
      'a credential could not be read',
      'a credential can be read again',
    ]);
    expect(logged[0]?.fields).toMatchObject({ credential: 'openai', sandbox: 'agent-1', problem: 'sealed' });
  });

  test('whose store fails or does not end is refused', async () => {
    const failing = openCredentials({ answer: () => Promise.reject(new Error('broken')) });
    expect(await failing.get()).toBe('CredentialStoreUnavailable');
    const { get, clock } = openCredentials({ answer: heldBack().answer });
    const given = get();
    await clock.advance(10_001);
    expect(await given).toBe('CredentialStoreUnavailable');
  });

  test('is not kept from other calls by a call that gives up', async () => {
    const { answer, release } = heldBack();
    const { get, store } = openCredentials({ answer });
    const leaving = new AbortController();
    const left = get(callerOf(), 'openai', leaving.signal);
    const stayed = get();
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    release(stored('key-1'));
    expect(await stayed).toBe('key-1');
    expect(store.asked).toHaveLength(1);
  });

  test.each<[string, Partial<CredentialCaller>, string]>([
    ['whose secret is shared', { proof: 'Shared' }, 'CredentialsWithheld'],
    ['of no sandbox', { sandbox: null, sandboxUID: null }, 'CredentialsWithheld'],
  ])('is not read for a caller %s', async (_title, changes, reason) => {
    const { get, store } = openCredentials();
    expect(await get(callerOf(1, changes))).toBe(reason);
    expect(store.asked).toEqual([]);
  });

  test.each<[string, Binding[] | null, string]>([
    ['is not bound', [], 'CredentialNotBound'],
    [
      'is a login of a database',
      [{ name: 'openai', vaultDatabase: { mount: 'd', connection: 'c' } }],
      'CredentialNotBound',
    ],
    ['is not known to be bound', null, 'NotReady'],
    [
      'is bound to a Secret',
      [{ name: 'openai', kubernetesSecret: { name: 's', key: 'k' } }],
      'from-kubernetes',
    ],
  ])('that %s is not asked of Vault', async (_title, bindings, expected) => {
    const { get, store, world } = openCredentials();
    world.bindings = bindings;
    expect(await get()).toBe(expected);
    expect(store.asked).toEqual([]);
  });

  test('is read anew where the tenant binds it to another secret', async () => {
    const { get, store, world } = openCredentials({ answer: ({ vaultKV }) => stored(vaultKV?.path ?? '') });
    expect(await get()).toBe('acme/openai');
    world.bindings = [{ name: 'openai', vaultKV: { mount: 'secret', path: 'acme/other', key: 'api_key' } }];
    expect(await get()).toBe('acme/other');
    expect(store.asked).toHaveLength(2);
  });

  test('is read anew where the tenant has identities log in elsewhere', async () => {
    let number = 0;
    const { get, world } = openCredentials({ answer: () => stored(`key-${(number += 1)}`) });
    expect(await get()).toBe('key-1');
    world.vault = { authMount: 'kubernetes', namespace: 'another' };
    expect(await get()).toBe('key-2');
  });

  test('is rotated under calls in flight without one that fails', async () => {
    let number = 0;
    const { get, clock } = openCredentials({
      answer: () => Promise.resolve(stored(`key-${(number += 1)}`, 1)),
    });
    const seen = new Set<string | undefined>();
    for (let round = 0; round < 20; round += 1) {
      for (const value of await Promise.all(Array.from({ length: 100 }, () => get()))) seen.add(value);
      await clock.advance(500);
    }
    expect([...seen].every((value) => value?.startsWith('key-'))).toBe(true);
    expect(seen.size).toBeGreaterThan(5);
  });
});
