import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createCredentials } from '../../src/credentials/create-credentials.ts';
import { createSandboxLogins } from '../../src/credentials/sandbox-logins.ts';
import type { Binding, CredentialCaller } from '../../src/credentials/secret-store.ts';
import { createVaultStore } from '../../src/credentials/vault-store.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createManualClock } from '../build/manual-clock.ts';
import { type StubRequest, type StubResponse, useVaultStub } from '../vault/vault-stub.ts';
import { callerOf } from './scripted-store.ts';

const BINDING: Binding = {
  name: 'openai',
  vaultKV: { mount: 'secret', path: 'acme/openai', key: 'api_key' },
};
const KEY = 'sk-the-key-of-acme';
const SECRET: StubResponse = {
  status: 200,
  body: { data: { data: { api_key: KEY, ttl: '5m' }, metadata: {} } },
};
const LOGIN = '/v1/auth/kubernetes/login';

type Answer = (request: StubRequest) => StubResponse | Promise<StubResponse> | undefined;

interface Options {
  readonly maxLogins?: number;
  readonly requestToken?: (signal: AbortSignal) => Promise<Secret>;
}

/** A store over a Vault that has the secret, where `special` does not respond otherwise. */
async function useStore(special: Answer = () => undefined, { maxLogins = 10, requestToken }: Options = {}) {
  let logins = 0;
  const stub = await useVaultStub(async (request) => {
    const response = await special(request);
    if (response !== undefined) return response;
    if (request.path === LOGIN) {
      logins += 1;
      return { status: 200, body: { auth: { client_token: `hvs.token-${logins}`, lease_duration: 900 } } };
    }
    return request.method === 'GET' ? SECRET : { status: 204 };
  });
  const owners: object[] = [];
  const store = createVaultStore({
    logins: createSandboxLogins({
      port: stub.port,
      tenant: 'acme',
      requestToken: (owner, signal) => {
        owners.push(owner);
        return requestToken?.(signal) ?? Promise.resolve(new Secret('the.service.token'));
      },
      clock: systemClock,
      maxLogins,
    }),
    tenant: () => ({ credentials: [BINDING], vault: { authMount: 'kubernetes' } }),
  });
  onTestFinished(store.close);
  const read = async (caller: CredentialCaller = callerOf(), binding = BINDING) => {
    const found = await store.read(binding, caller, new AbortController().signal);
    return 'problem' in found
      ? found.problem
      : { value: found.values['value']?.reveal(), seconds: found.ttlMilliseconds / 1000 };
  };
  const asked = (): readonly string[] => stub.requests.map(({ method, path }) => `${method} ${path}`);
  const tokens = () =>
    stub.requests
      .filter(({ method }) => method === 'GET')
      .map(({ headers }) => headers['x-vault-token'] as string | undefined);
  return { ...stub, store, read, asked, tokens, owners };
}

describe('the store of Vault', () => {
  test('logs in as the sandbox and reads as it, and logs in no second time', async () => {
    const { read, asked, requests, owners } = await useStore();
    expect(await read()).toEqual({ value: KEY, seconds: 300 });
    expect(await read()).toEqual({ value: KEY, seconds: 300 });
    expect(asked()).toEqual([
      `POST ${LOGIN}`,
      'GET /v1/secret/data/acme/openai',
      'GET /v1/secret/data/acme/openai',
    ]);
    expect(requests[0]?.body).toEqual({
      role: 'cloister.acme.acme-agents.agent-1',
      jwt: 'the.service.token',
    });
    expect(requests[1]?.headers['x-vault-token']).toBe('hvs.token-1');
    expect(owners).toEqual([{ tenant: 'acme', namespace: 'acme-agents', sandbox: 'agent-1' }]);
  });

  test('has a login for each sandbox, and forgets it with the sandbox, which could not revoke it', async () => {
    const { read, store, asked, tokens } = await useStore();
    await read(callerOf(1));
    await read(callerOf(2));
    store.forget('sandbox-1');
    await read(callerOf(1));
    await read(callerOf(2));
    expect(tokens()).toEqual(['hvs.token-1', 'hvs.token-2', 'hvs.token-3', 'hvs.token-2']);
    await store.close();
    expect(asked().filter((one) => one.includes('revoke'))).toEqual([]);
  });

  test('ends a login that is under way with its sandbox', async () => {
    const asking = Promise.withResolvers<void>();
    const requestToken = (signal: AbortSignal): Promise<Secret> => {
      asking.resolve();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    };
    const { read, store, asked } = await useStore(undefined, { requestToken });
    const given = read();
    await asking.promise;
    store.forget('sandbox-1');
    expect(await given).toMatchObject({ reason: 'CredentialStoreUnavailable' });
    expect(asked()).toEqual([]);
  });

  test('logs in anew for another pod of the sandbox', async () => {
    const { read, tokens } = await useStore();
    await read(callerOf(1));
    await read(callerOf(1, { podUID: 'pod-2' }));
    expect(tokens()).toEqual(['hvs.token-1', 'hvs.token-2']);
  });

  test('keeps so many logins, and forgets the one that was asked for the longest time ago', async () => {
    const { read, tokens } = await useStore(undefined, { maxLogins: 2 });
    for (const number of [1, 2, 1, 3, 1, 2]) await read(callerOf(number));
    expect(tokens().map((token) => token?.at(-1))).toEqual(['1', '2', '1', '3', '1', '4']);
  });

  test.each<[string, Answer, string]>([
    [
      'is sealed',
      () => ({ status: 503, body: { errors: ['Vault is sealed'] } }),
      'CredentialStoreUnavailable',
    ],
    [
      'redirects to another host',
      () => ({ status: 307, headers: { Location: 'https://evil.example/v1/secret' } }),
      'CredentialStoreUnavailable',
    ],
    ['has no such role yet', refuses(LOGIN, 400, 'invalid role name "cloister.acme"'), 'CredentialNotReady'],
    ['denies the login', refuses(LOGIN, 403, 'permission denied'), 'CredentialDenied'],
    ['has no such auth mount', refuses(LOGIN, 404, 'no handler for route'), 'CredentialNotReady'],
    ['denies the secret', refuses('/secret/', 403, 'permission denied'), 'CredentialDenied'],
    ['has no such mount', refuses('/secret/', 404, 'no handler for route'), 'CredentialMissing'],
    ['has no such secret', only('/secret/', { status: 404, body: { errors: [] } }), 'CredentialMissing'],
    [
      'has the secret deleted',
      only('/secret/', { status: 404, body: { data: { data: null, metadata: { version: 2 } } } }),
      'CredentialMissing',
    ],
    [
      'has the secret without the key',
      only('/secret/', { status: 200, body: { data: { data: { other: KEY } } } }),
      'CredentialMissing',
    ],
    [
      'has a secret of version 1',
      only('/secret/', { status: 200, body: { data: { api_key: KEY } } }),
      'CredentialMissing',
    ],
    ['is a page', () => ({ status: 200, body: `<html>${KEY}</html>` }), 'CredentialStoreUnavailable'],
  ])('that %s gives no credential, and says why', async (_title, special, reason) => {
    const { read } = await useStore(special);
    const problem = await read();
    expect(problem).toMatchObject({ reason });
    expect(JSON.stringify(problem)).not.toMatch(/sk-the-key|hvs\.|the\.service\.token|evil/);
    expect('message' in problem ? problem.message : '').not.toMatch(/secret\/|acme\/|Vault/);
  });

  test.each<[string, Answer, string]>([
    [
      'is sealed',
      () => ({ status: 503, body: { errors: ['Vault is sealed'] } }),
      'CredentialStoreUnavailable',
    ],
    ['does not answer', () => new Promise<StubResponse>(() => undefined), 'CredentialStoreUnavailable'],
    ['denies it', refuses('/secret/', 403, 'permission denied'), 'CredentialDenied'],
    [
      'redirects to another host',
      () => ({ status: 307, headers: { Location: 'https://evil.example/v1/secret' } }),
      'CredentialStoreUnavailable',
    ],
    [
      'has the secret without the key',
      only('/secret/', { status: 200, body: { data: { data: { other: KEY } } } }),
      'CredentialMissing',
    ],
  ])(
    'that %s under way: what is kept lives to its ttl, and is refused then',
    async (_title, fault, reason) => {
      let special: Answer = () => undefined;
      const { store, asked } = await useStore((request) => special(request));
      const clock = createManualClock(0);
      const credentials = createCredentials({
        stores: { kubernetesSecret: store, vaultKV: store },
        tenant: () => ({ credentials: [BINDING], vault: { authMount: 'kubernetes' } }),
        isCurrent: () => true,
        clock,
        log: { warn: () => undefined, info: () => undefined },
      });
      const get = async () => {
        const given = await credentials.get(callerOf(), 'openai', new AbortController().signal);
        return 'problem' in given ? given.problem.reason : given.values['value']?.reveal();
      };
      expect(await get()).toBe(KEY);
      special = fault;
      await clock.advance(289_000);
      expect(await get()).toBe(KEY);
      const before = asked().length;
      await clock.advance(1_000);
      const refused = get();
      await vi.waitFor(() => expect(asked().length).toBeGreaterThan(before));
      // A store that does not answer is given up by the same clock.
      await clock.advance(10_000);
      expect(await refused).toBe(reason);
      special = () => undefined;
      await clock.advance(1_000);
      expect(await get()).toBe(KEY);
    },
  );

  test.each<[string, KubeError, string]>([
    ['has no identity', new KubeError('not found', { reason: 'NotFound' }), 'CredentialNotReady'],
    ['lets the gateway have none', new KubeError('no', { reason: 'Forbidden' }), 'CredentialDenied'],
    ['does not answer', new KubeError('timed out', { reason: 'Timeout' }), 'CredentialStoreUnavailable'],
  ])('reads nothing where the API server %s', async (_title, error, reason) => {
    const { read, asked } = await useStore(undefined, { requestToken: () => Promise.reject(error) });
    expect(await read()).toMatchObject({ reason });
    expect(asked()).toEqual([]);
  });

  test('reads no path that its policy could not hold', async () => {
    const { read, asked } = await useStore();
    const vaultKV = { mount: 'sys', path: 'policies', key: 'k' };
    expect(await read(callerOf(), { name: 'openai', vaultKV })).toMatchObject({
      reason: 'CredentialNotBound',
    });
    expect(asked()).toEqual([]);
  });
});

function only(part: string, response: StubResponse): Answer {
  return ({ path }) => (path.includes(part) ? response : undefined);
}

function refuses(part: string, status: number, message: string): Answer {
  return only(part, { status, body: { errors: [message] } });
}
