import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import { startLoopbackServer } from '../kube/loopback-server.ts';
import { errorOf, type StubResponse, TOKEN, TOLD, useVaultStub } from './vault-stub.ts';

const DONE: StubResponse = { status: 204 };

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('what is sent', () => {
  test('is the method, the path, the body and the token that are asked for', async () => {
    const { port, requests } = await useVaultStub(() => DONE);
    await expect(port.call(TOLD)).resolves.toEqual({ status: 204, body: null });
    const [{ headers, ...rest } = expect.fail()] = requests;
    expect(rest).toEqual({
      method: 'POST',
      path: '/v1/auth/kubernetes/role/one',
      body: { audience: 'vault' },
    });
    expect(headers).toMatchObject({ 'x-vault-token': TOKEN, 'x-vault-request': 'true' });
    expect(headers).not.toHaveProperty('x-vault-namespace');
  });

  test('names the namespace, and secrets only in the body', async () => {
    const { port, requests } = await useVaultStub(() => DONE);
    const secrets = { jwt: new Secret('the-token-of-a-service-account') };
    await port.call({ method: 'POST', path: 'a/b', namespace: 'acme/agents', body: { role: 'r' }, secrets });
    const [{ headers, body } = expect.fail()] = requests;
    expect(headers['x-vault-namespace']).toBe('acme/agents');
    expect(headers).not.toHaveProperty('x-vault-token');
    expect(body).toEqual({ role: 'r', jwt: 'the-token-of-a-service-account' });
  });

  test.for([
    ['a%2F..%2Fsys', '/v1/secret/a%252F..%252Fsys'],
    ['a?help=1#b', '/v1/secret/a%3Fhelp%3D1%23b'],
    ['&#x2F;sys', '/v1/secret/%26%23x2F%3Bsys'],
    ['%2e%2e', '/v1/secret/%252e%252e'],
    ['ä b', '/v1/secret/%C3%A4%20b'],
    ['sys/health', '/v1/secret/sys/health'],
  ])('encodes %j in a path', async ([segment, path]) => {
    const { port, requests } = await useVaultStub(() => DONE);
    await port.call({ method: 'GET', path: `secret/${segment}`, namespace: null });
    expect(requests.map((request) => request.path)).toEqual([path]);
  });

  test.for(['', '/a', 'a/', 'a//b', '.', 'a/../sys', 'a/./b', 'a/b\n', 'a/\u0000', 'a/\ud800'])(
    'is nothing for the path %j',
    async (path) => {
      const { port, requests } = await useVaultStub(() => DONE);
      const error = await errorOf(port.call({ ...TOLD, path }));
      expect(error).toMatchObject({ reason: 'Invalid', status: undefined });
      expect(error.message).toMatch(/cannot be a part of a path/);
      expect(requests).toEqual([]);
    },
  );

  test('knows nothing of the environment', async () => {
    const elsewhere = await startLoopbackServer((response) => response.writeHead(204).end());
    onTestFinished(elsewhere.close);
    for (const name of [
      'HTTP_PROXY',
      'http_proxy',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'VAULT_ADDR',
      'VAULT_AGENT_ADDR',
    ])
      vi.stubEnv(name, elsewhere.url);
    vi.stubEnv('VAULT_TOKEN', 'hvs.ofTheEnvironment');
    vi.stubEnv('VAULT_NAMESPACE', 'of-the-environment');
    vi.stubEnv('VAULT_PREFIX', '/of-the-environment');
    const { port, requests } = await useVaultStub(() => DONE);
    await port.call({ method: 'GET', path: 'a', namespace: null });
    expect(elsewhere.requests).toEqual([]);
    const [{ path, headers } = expect.fail()] = requests;
    expect(path).toBe('/v1/a');
    expect(headers).not.toHaveProperty('x-vault-token');
    expect(headers).not.toHaveProperty('x-vault-namespace');
  });

  test('is sent again where a connection that was kept open had been closed', async () => {
    const { port, server, requests } = await useVaultStub((_, number) => {
      if (number === 1) throw new Error('closes the connection');
      return DONE;
    });
    await port.call(TOLD);
    await expect(port.call(TOLD)).resolves.toMatchObject({ status: 204 });
    expect(requests).toHaveLength(3);
    expect(server.connections()).toBe(2);
  });
});

describe('a response', () => {
  test.for([
    [
      { status: 200, body: { data: { a: 1 } } },
      { status: 200, body: { data: { a: 1 } } },
    ],
    [
      { status: 202, body: { warnings: [] } },
      { status: 202, body: { warnings: [] } },
    ],
    [{ status: 204 }, { status: 204, body: null }],
  ] as const)('is taken as it is: %j', async ([response, expected]) => {
    const { port } = await useVaultStub(() => response);
    await expect(port.call({ ...TOLD, method: 'GET', path: 'sys/health' })).resolves.toEqual(expected);
  });

  test.for([
    ['a page', { status: 200, body: '<html>Welcome</html>' }],
    ['broken JSON', { status: 200, body: '{"data": {' }],
    ['JSON that is no object', { status: 200, body: [] }],
    ['nothing', { status: 200 }],
    ['a status that Vault has not', { status: 206, body: { data: {} } }],
    ['a status that Vault has not', { status: 418, body: {} }],
    ['a proxy that has lost its route to Vault', { status: 404, body: '404 page not found' }],
    ['a proxy that says so in JSON', { status: 404, body: { message: 'no Route matched' } }],
  ] as const)('of %s is unexpected', async ([, response]) => {
    const { port } = await useVaultStub(() => response);
    expect(await errorOf(port.call(TOLD))).toMatchObject({ reason: 'Unexpected', status: response.status });
  });

  test.for([
    [400, 'Invalid'],
    [403, 'Denied'],
    [404, 'Missing'],
    [405, 'Invalid'],
    [412, 'Unavailable'],
    [429, 'Unavailable'],
    [472, 'Unavailable'],
    [473, 'Unavailable'],
    [500, 'Unavailable'],
    [502, 'Unavailable'],
    [503, 'Unavailable'],
  ] as const)('of status %i is an error of reason %s', async ([status, reason]) => {
    const { port } = await useVaultStub(() => ({ status, body: { errors: ['Vault is sealed'] } }));
    const error = await errorOf(port.call({ ...TOLD, path: 'sys/health' }));
    expect(error).toMatchObject({ reason, status, messages: ['Vault is sealed'] });
    expect(error.message).toBe('POST sys/health in Vault: Vault is sealed');
  });

  test('that holds secrets in its messages does not hand them on', async () => {
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrOHMifQ.c2lnbmF0dXJl';
    const errors = [
      `2 errors occurred:\n\t* bad token ${TOKEN}\n\t* bad ${jwt}\n`,
      'own hvs.AAAAAAAAAAAAAAAAAAAAAAAA',
      'said plain-password',
      'x'.repeat(5000),
      'the fifth',
    ];
    const { port } = await useVaultStub(() => ({ status: 403, body: { errors } }));
    const secrets = { password: new Secret('plain-password') };
    const { messages } = await errorOf(port.call({ ...TOLD, secrets }));
    expect(messages).toEqual([
      '2 errors occurred: * bad token [redacted] * bad [redacted]',
      'own [redacted]',
      'said [redacted]',
      `${'x'.repeat(299)}…`,
    ]);
  });

  test.for([301, 302, 303, 307, 308])('of status %i is not followed', async (status) => {
    const elsewhere = await startLoopbackServer((response) => response.writeHead(204).end());
    onTestFinished(elsewhere.close);
    const headers = { location: `${elsewhere.url}/v1/a` };
    const { port } = await useVaultStub(() => ({ status, headers }));
    const error = await errorOf(port.call(TOLD));
    expect(error.reason).toBe(status < 307 ? 'Unexpected' : 'Unavailable');
    expect(error.message).toContain('which is not followed');
    expect(error.message).not.toContain(elsewhere.url);
    expect(elsewhere.requests).toEqual([]);
  });

  test('that does not come in time is an error', async () => {
    const { port } = await useVaultStub(() => new Promise(() => {}));
    const error = await errorOf(port.call({ ...TOLD, maxMilliseconds: 50 }));
    expect(error).toMatchObject({ reason: 'Unreachable', messages: ['it did not respond within 0.05 s'] });
  });

  test('that takes long by its nature does not keep others waiting', async () => {
    const { port } = await useVaultStub(({ path }) =>
      path.endsWith('/slow') ? new Promise(() => {}) : DONE,
    );
    const ending = new AbortController();
    const slow = { ...TOLD, path: 'a/slow', maxMilliseconds: 60_000, signal: ending.signal };
    const calls = Array.from({ length: 40 }, () => port.call(slow).catch((error: unknown) => error));
    await expect(port.call(TOLD)).resolves.toMatchObject({ status: 204 });
    ending.abort(new Error('over'));
    await Promise.all(calls);
  });

  test('is no longer waited for when the caller gives up', async () => {
    const { port } = await useVaultStub(() => new Promise(() => {}));
    const reason = new Error('the caller gave up');
    const giving = new AbortController();
    const call = port.call({ ...TOLD, signal: giving.signal });
    giving.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  test('that is larger than any of Vault is cut off', async () => {
    const { port } = await useVaultStub(() => ({
      status: 200,
      body: { data: 'x'.repeat(17 * 1024 * 1024) },
    }));
    expect(await errorOf(port.call(TOLD))).toMatchObject({
      reason: 'Unexpected',
      messages: ['its response is larger than any that Cloister asks for'],
    });
  });
});
