import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import { VaultError, type VaultErrorReason } from '../../src/vault/vault-error.ts';
import type { VaultPort, VaultRequest, VaultResponse } from '../../src/vault/vault-port.ts';
import { createVaultSession, tokenOfFile } from '../../src/vault/vault-session.ts';
import { createManualClock, type ManualClock } from '../build/manual-clock.ts';

const ANSWER: VaultResponse = { status: 200, body: { data: {} } };
const REQUEST = { method: 'GET', path: 'secret/a', namespace: null } as const;

interface Script {
  readonly clock?: Clock;
  /** What a request with this token does; returns nothing where Vault lets it. */
  readonly refuse?: (
    token: string | undefined,
    path: string,
  ) => VaultError | undefined | Promise<VaultError | undefined>;
  readonly logIn?: (number: number) => VaultResponse | Promise<VaultResponse>;
  readonly readFile?: () => Promise<string>;
}

function login(token: string, seconds = 900): VaultResponse {
  return { status: 200, body: { auth: { client_token: token, lease_duration: seconds } } };
}

function refusal(reason: VaultErrorReason, ...messages: string[]): VaultError {
  return new VaultError('GET secret/a', { reason, status: 403, messages });
}

/** A session over a port that counts; its tokens are `token-1`, `token-2` and so on. */
function openSession(script: Script = {}) {
  const {
    clock = createManualClock(0),
    refuse = () => undefined,
    logIn = (number) => login(`token-${number}`),
  } = script;
  const calls: VaultRequest[] = [];
  let logins = 0;
  const port: VaultPort = {
    call: async (request) => {
      calls.push(request);
      if (request.path.endsWith('/login')) return logIn((logins += 1));
      const error = await refuse(request.token?.reveal(), request.path);
      if (error !== undefined) throw error;
      return ANSWER;
    },
    close: () => Promise.resolve(),
  };
  const settings = {
    authMount: 'kubernetes',
    role: 'operator-cloister',
    namespace: 'acme',
    tokenFile: '/token',
  };
  let reads = 0;
  const readFile = script.readFile ?? (() => Promise.resolve(`jwt-${(reads += 1)}\n`));
  const session = createVaultSession({ port, settings, readToken: tokenOfFile(settings, readFile), clock });
  return {
    session,
    calls,
    logins: () => logins,
    tokens: () => calls.filter((one) => !one.path.endsWith('/login')).map((one) => one.token?.reveal()),
  };
}

describe('a session', () => {
  test('logs in once with the token of the file, in its own namespace, and asks as that', async () => {
    const { session, calls, tokens } = openSession();
    await Promise.all([session.call(REQUEST), session.call(REQUEST)]);
    await session.call(REQUEST);
    const logins = calls.filter(({ path }) => path === 'auth/kubernetes/login');
    expect(logins).toHaveLength(1);
    expect(logins[0]).toMatchObject({
      method: 'POST',
      namespace: 'acme',
      body: { role: 'operator-cloister' },
    });
    expect(logins[0]?.secrets?.['jwt']?.reveal()).toBe('jwt-1');
    expect(tokens()).toEqual(['token-1', 'token-1', 'token-1']);
  });

  test('logs in again at two thirds of the life, with what is in the file then', async () => {
    const clock = createManualClock(0);
    const { session, calls, tokens } = openSession({ clock });
    await session.call(REQUEST);
    await clock.advance(599_999);
    await session.call(REQUEST);
    await clock.advance(1);
    await session.call(REQUEST);
    expect(tokens()).toEqual(['token-1', 'token-1', 'token-2']);
    expect(calls.findLast(({ path }) => path.endsWith('login'))?.secrets?.['jwt']?.reveal()).toBe('jwt-2');
  });

  test('logs in again at once where Vault does not know its token', async () => {
    const { session, tokens, logins } = openSession({
      refuse: (token) =>
        token === 'token-1' ? refusal('Denied', 'permission denied', 'invalid token') : undefined,
    });
    await Promise.all([session.call(REQUEST), session.call(REQUEST), session.call(REQUEST)]);
    expect(tokens().filter((token) => token === 'token-2')).toHaveLength(3);
    expect(logins()).toBe(2);
  });

  test('keeps a new login where a request with the one before is refused only then', async () => {
    const late = Promise.withResolvers<void>();
    const { session, logins } = openSession({
      refuse: async (token, path) => {
        if (path === 'secret/late' && token === 'token-1') await late.promise;
        return token === 'token-1' ? refusal('Denied', 'invalid token') : undefined;
      },
    });
    const lateCall = session.call({ ...REQUEST, path: 'secret/late' });
    await session.call(REQUEST);
    late.resolve();
    await expect(lateCall).resolves.toEqual(ANSWER);
    expect(logins()).toBe(2);
  });

  test('logs in again once where an old login is denied, and never where a new one is', async () => {
    const clock = createManualClock(0);
    const { session, logins } = openSession({ clock, refuse: () => refusal('Denied', 'permission denied') });
    await expect(session.call(REQUEST)).rejects.toMatchObject({ reason: 'Denied' });
    expect(logins()).toBe(1);
    await clock.advance(10_000);
    await expect(session.call(REQUEST)).rejects.toMatchObject({ reason: 'Denied' });
    expect(logins()).toBe(2);
    await expect(session.call(REQUEST)).rejects.toMatchObject({ reason: 'Denied' });
    expect(logins()).toBe(2);
  });

  test.for(['Unavailable', 'Unreachable', 'Missing', 'Invalid', 'Unexpected'] as const)(
    'keeps its login where a request fails with %s',
    async (reason) => {
      const clock = createManualClock(0);
      const { session, logins } = openSession({ clock, refuse: () => refusal(reason) });
      await expect(session.call(REQUEST)).rejects.toMatchObject({ reason });
      await clock.advance(60_000);
      await expect(session.call(REQUEST)).rejects.toMatchObject({ reason });
      expect(logins()).toBe(1);
    },
  );

  test('does not log in for each of many while logins fail', async () => {
    const clock: ManualClock = createManualClock(0);
    const { session, logins } = openSession({
      clock,
      logIn: (number) => {
        if (number === 1) throw refusal('Unavailable', 'Vault is sealed');
        return login('token');
      },
    });
    const failed = { reason: 'Unavailable' };
    await expect(Promise.all([session.call(REQUEST), session.call(REQUEST)])).rejects.toMatchObject(failed);
    await expect(session.call(REQUEST)).rejects.toMatchObject(failed);
    expect(logins()).toBe(1);
    await clock.advance(1000);
    await expect(session.call(REQUEST)).resolves.toEqual(ANSWER);
  });

  test('does not end a login that others wait for when one gives up', async () => {
    const waiting = Promise.withResolvers<VaultResponse>();
    const { session, logins } = openSession({ logIn: () => waiting.promise });
    const giving = new AbortController();
    const first = session.call({ ...REQUEST, signal: giving.signal });
    const second = session.call(REQUEST);
    giving.abort(new Error('gave up'));
    await expect(first).rejects.toThrow('gave up');
    waiting.resolve(login('token'));
    await expect(second).resolves.toEqual(ANSWER);
    expect(logins()).toBe(1);
  });

  test('says which file it cannot read', async () => {
    const { session, calls } = openSession({
      readFile: () => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
    });
    await expect(session.call(REQUEST)).rejects.toMatchObject({
      reason: 'Denied',
      message: 'POST auth/kubernetes/login in Vault: the token file /token cannot be read (ENOENT)',
    });
    expect(calls).toEqual([]);
  });

  test.for([
    ['no auth', { status: 200, body: { data: {} } }],
    ['an empty token', { status: 200, body: { auth: { client_token: '', lease_duration: 900 } } }],
    ['no life', { status: 200, body: { auth: { client_token: 'a' } } }],
    ['nothing', { status: 204, body: null }],
  ] as const)('takes no login with %s', async ([, response]) => {
    const { session } = openSession({ logIn: () => response });
    await expect(session.call(REQUEST)).rejects.toMatchObject({ reason: 'Unexpected' });
  });

  test('exchanges a token that does not expire after an hour', async () => {
    const clock = createManualClock(0);
    const { session, tokens } = openSession({ clock, logIn: (number) => login(`token-${number}`, 0) });
    await session.call(REQUEST);
    await clock.advance(2_400_000);
    await session.call(REQUEST);
    expect(tokens()).toEqual(['token-1', 'token-2']);
  });

  test('revokes its token when it is closed, and says nothing of a failure', async () => {
    const { session, calls } = openSession({
      refuse: (token) => (calls.length > 2 && token !== undefined ? refusal('Unreachable') : undefined),
    });
    await session.call(REQUEST);
    await expect(session.close()).resolves.toBeUndefined();
    expect(calls.at(-1)).toMatchObject({ method: 'POST', path: 'auth/token/revoke-self', namespace: 'acme' });
    expect(calls.at(-1)?.token?.reveal()).toBe('token-1');
  });
});
