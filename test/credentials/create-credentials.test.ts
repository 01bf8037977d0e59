import { describe, expect, test } from 'vitest';
import { credentialProblem } from '../../src/credentials/credential-problem.ts';
import { createCredentials, type CredentialLimits } from '../../src/credentials/create-credentials.ts';
import type { GivenCredential } from '../../src/credentials/credentials.ts';
import type {
  Binding,
  CredentialCaller,
  SecretRead,
  SecretStore,
} from '../../src/credentials/secret-store.ts';
import { createManualClock } from '../build/manual-clock.ts';
import { callerOf, createScriptedStore, stored } from './scripted-store.ts';

const BINDING: Binding = {
  name: 'openai',
  vaultKV: { mount: 'secret', path: 'acme/openai', key: 'api_key' },
};
const UNAVAILABLE: SecretRead = {
  problem: credentialProblem('openai', 'CredentialStoreUnavailable', 'sealed'),
};

interface World {
  readonly answer?: Parameters<typeof createScriptedStore>[0];
  readonly limits?: CredentialLimits;
}

function open({ answer = () => stored('key-1'), limits }: World = {}) {
  const clock = createManualClock(1_000_000);
  const store = createScriptedStore(answer);
  const world = { bindings: [BINDING] as Binding[] | null, current: new Set(['pod-1', 'pod-2', 'pod-3']) };
  const logged: { readonly fields: object; readonly message: string }[] = [];
  const log = (fields: object, message: string): void => void logged.push({ fields, message });
  const credentials = createCredentials({
    stores: { kubernetesSecret: createScriptedStore(() => stored('from-kubernetes')), vaultKV: store },
    tenant: () => (world.bindings === null ? null : { credentials: world.bindings, vault: undefined }),
    isCurrent: ({ podUID }) => world.current.has(podUID),
    clock,
    log: { warn: log, info: log } as never,
    ...(limits === undefined ? {} : { limits }),
  });
  const get = async (
    caller: CredentialCaller = callerOf(),
    name = 'openai',
    signal = new AbortController().signal,
  ) => outcomeOf(await credentials.get(caller, name, signal));
  return { clock, store, world, credentials, get, logged };
}

/** The one value, or the reason of the problem. */
function outcomeOf(given: GivenCredential): string | undefined {
  return 'problem' in given ? given.problem.reason : given.values['value']?.reveal();
}

/** A store that answers when it is told. */
function heldBack() {
  const waiting: ((read: SecretRead) => void)[] = [];
  const answer: SecretStore['read'] = (_binding, _caller, signal) =>
    new Promise((resolve, reject) => {
      waiting.push(resolve);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  return { answer, release: (read: SecretRead) => waiting.splice(0).forEach((resolve) => resolve(read)) };
}

describe('a credential', () => {
  test('is read once for all calls that ask at once, and kept', async () => {
    const { get, store } = open();
    expect(await Promise.all([get(), get(), get()])).toEqual(['key-1', 'key-1', 'key-1']);
    expect(await get()).toBe('key-1');
    expect(store.asked).toEqual(['pod-1 openai']);
  });

  test('is read for each sandbox anew', async () => {
    const { get, store } = open();
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
    const { get, clock } = open({ answer: () => stored(`key-${(number += 1)}`, ttl) });
    expect(await get()).toBe('key-1');
    await clock.advance(seconds * 1000);
    expect(await get()).toBe(expected);
  });

  test('lives from when it was asked for, not from when it came', async () => {
    const { answer, release } = heldBack();
    const { get, clock, store } = open({ answer });
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
    const { get, clock } = open({ answer: () => (world.isSealed ? UNAVAILABLE : stored('key-1', 60)) });
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
    const { get, clock, logged } = open({ answer: () => (world.isSealed ? UNAVAILABLE : stored('key-1')) });
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
    const failing = open({ answer: () => Promise.reject(new Error('broken')) });
    expect(await failing.get()).toBe('CredentialStoreUnavailable');
    const { get, clock } = open({ answer: heldBack().answer });
    const given = get();
    await clock.advance(10_001);
    expect(await given).toBe('CredentialStoreUnavailable');
  });

  test('is not kept from other calls by a call that gives up', async () => {
    const { answer, release } = heldBack();
    const { get, store } = open({ answer });
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
    const { get, store } = open();
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
    const { get, store, world } = open();
    world.bindings = bindings;
    expect(await get()).toBe(expected);
    expect(store.asked).toEqual([]);
  });

  test('is read anew where the tenant binds it to another secret', async () => {
    const { get, store, world } = open({ answer: ({ vaultKV }) => stored(vaultKV?.path ?? '') });
    expect(await get()).toBe('acme/openai');
    world.bindings = [{ name: 'openai', vaultKV: { mount: 'secret', path: 'acme/other', key: 'api_key' } }];
    expect(await get()).toBe('acme/other');
    expect(store.asked).toHaveLength(2);
  });

  test('is rotated under calls in flight without one that fails', async () => {
    let number = 0;
    const { get, clock } = open({ answer: () => Promise.resolve(stored(`key-${(number += 1)}`, 1)) });
    const seen = new Set<string | undefined>();
    for (let round = 0; round < 20; round += 1) {
      for (const value of await Promise.all(Array.from({ length: 100 }, () => get()))) seen.add(value);
      await clock.advance(500);
    }
    expect([...seen].every((value) => value?.startsWith('key-'))).toBe(true);
    expect(seen.size).toBeGreaterThan(5);
  });
});

describe('a wipe', () => {
  test('forgets what is kept of the one sandbox, and has its stores forget it', async () => {
    const { get, store, credentials } = open();
    await Promise.all([get(callerOf(1)), get(callerOf(2))]);
    expect(credentials.wipe('sandbox-1')).toBe(1);
    expect(store.forgotten).toEqual(['sandbox-1']);
    await Promise.all([get(callerOf(1)), get(callerOf(2))]);
    expect(store.asked).toEqual(['pod-1 openai', 'pod-2 openai', 'pod-1 openai']);
  });

  test('ends what is being read, which is neither given nor kept', async () => {
    const { answer, release } = heldBack();
    const { get, credentials, store } = open({ answer });
    const given = get();
    await Promise.resolve();
    credentials.wipe('sandbox-1');
    expect(await given).toBe('CallCut');
    void get();
    release(stored('key-1'));
    expect(store.asked).toHaveLength(2);
  });

  test('comes with a review for every caller that is another by now', async () => {
    const { get, store, credentials, world } = open();
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
    const { get, store, world } = open({ answer });
    const given = get();
    await Promise.resolve();
    world.current.delete('pod-1');
    release(stored('key-1'));
    expect(await given).toBe('CallCut');
    expect(store.forgotten).toEqual(['sandbox-1']);
  });

  test('comes with another pod of the sandbox', async () => {
    const { get, store } = open();
    await get(callerOf(1));
    await get(callerOf(1, { podUID: 'pod-2' }));
    expect(store.forgotten).toEqual(['sandbox-1']);
    expect(store.asked).toEqual(['pod-1 openai', 'pod-2 openai']);
  });

  test('of all comes with the end', async () => {
    const { get, store, credentials } = open();
    await Promise.all([get(callerOf(1)), get(callerOf(2))]);
    await credentials.close();
    expect(store.forgotten).toEqual(['sandbox-1', 'sandbox-2']);
  });
});

describe('what is kept', () => {
  test('is of so many sandboxes, and the one that asked first goes first', async () => {
    const { get, store } = open({ limits: { maxSandboxes: 2, maxReads: 10 } });
    await get(callerOf(1));
    await get(callerOf(2));
    await get(callerOf(1));
    await get(callerOf(3));
    expect(store.forgotten).toEqual(['sandbox-2']);
  });

  test('is read by so many at once', async () => {
    const { answer, release } = heldBack();
    const { get } = open({ answer, limits: { maxSandboxes: 10, maxReads: 1 } });
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
