import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { resources } from '../../src/kube/resources.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { writeProxiedKubeconfig } from './proxied-kubeconfig.ts';
import { createScaledClock } from './scaled-clock.ts';
import { createScratchFolder } from './scratch-folder.ts';

const { configMaps } = resources;
const name = { namespace: 'acme', name: 'one' };
const object = { metadata: { ...name, resourceVersion: '1' } };

let server: LoopbackServer;
let client: KubeClient;

afterEach(async () => {
  await client.close();
  await server.close();
});

async function start(answer: Parameters<typeof startLoopbackServer>[0]): Promise<void> {
  server = await startLoopbackServer(answer);
  client = await createKubeClient({
    kubeconfig: await writeProxiedKubeconfig(server.url, 'secret-token'),
    clock: createScaledClock(50),
    random: () => 0,
  });
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

test('a write refused by flow control is sent again', async () => {
  await start((response, number) => {
    if (number < 2)
      send(response, 429, { kind: 'Status', reason: 'TooManyRequests' }, { 'retry-after': '1' });
    else send(response, 201, object);
  });
  await expect(client.create(configMaps, object)).resolves.toEqual(object);
  expect(server.requests).toHaveLength(3);
});

test('flow control without end is given up after five attempts', async () => {
  await start((response) => send(response, 429, {}, { 'retry-after': '1' }));
  await expect(client.get(configMaps, name)).rejects.toMatchObject({
    reason: 'TooManyRequests',
    status: 429,
  });
  expect(server.requests).toHaveLength(5);
});

test('a read is repeated after a reset, a write is not', async () => {
  await start((response, number) => {
    if (number % 2 === 0) response.socket?.resetAndDestroy();
    else send(response, 200, object);
  });
  await expect(client.get(configMaps, name)).resolves.toEqual(object);
  await expect(client.apply(configMaps, object)).rejects.toMatchObject({
    reason: 'Unavailable',
    message: expect.stringContaining(`apply ConfigMap acme/one: no answer from ${server.url}`),
  });
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'PATCH']);
});

test('a server that never answers ends in a Timeout within the deadline', async () => {
  await start(() => undefined);
  await expect(client.get(configMaps, name, { deadlineMilliseconds: 25_000 })).rejects.toMatchObject({
    reason: 'Timeout',
    message: expect.stringContaining('get ConfigMap acme/one'),
  });
  // Attempts of 10 s each, and the rest of the deadline.
  expect(server.requests.length).toBeLessThanOrEqual(3);
});

test('a body that stops half way is no answer', async () => {
  await start((response, number) => {
    if (number > 0) return send(response, 200, object);
    response.writeHead(200, { 'content-length': '999' }).write('{"metadata":');
    setImmediate(() => response.socket?.resetAndDestroy());
  });
  await expect(client.get(configMaps, name)).resolves.toEqual(object);
});

test('the caller ends a request at once, with his own reason', async () => {
  const stop = new AbortController();
  const reason = new Error('shutting down');
  await start(() => stop.abort(reason));
  await expect(client.get(configMaps, name, { signal: stop.signal })).rejects.toBe(reason);
});

test('requests share connections', async () => {
  await start((response) => send(response, 200, object));
  for (let count = 0; count < 20; count += 1) await client.get(configMaps, name);
  expect(server.connections()).toBeLessThan(4);
});

test('a list whose continue token expires is begun again, and read whole in the end', async () => {
  await start((response, _number, request) => {
    const query = new URL(request.url ?? '', server.url).searchParams;
    if (query.has('continue')) return send(response, 410, { kind: 'Status', reason: 'Expired' });
    const more = query.has('limit') ? { continue: 'next' } : {};
    send(response, 200, {
      metadata: { resourceVersion: '7', ...more },
      items: [{ metadata: { name: 'one' } }],
    });
  });
  const { items, resourceVersion } = await client.list(configMaps, { namespace: 'acme' });
  expect(items).toEqual([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } }]);
  expect(resourceVersion).toBe('7');
  expect(server.requests.map(({ url }) => url?.split('?')[1] ?? '')).toEqual([
    'limit=500',
    'limit=500&continue=next',
    'limit=500',
    'limit=500&continue=next',
    '',
  ]);
});

test('a ServiceAccount token that was rotated on disk is read again when the old one is refused', async () => {
  const folder = await createScratchFolder();
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'first\n');
  server = await startLoopbackServer((response, number, request) => {
    const valid = number === 0 ? 'Bearer first' : 'Bearer second';
    if (request.headers.authorization === valid) send(response, 200, object);
    else send(response, 401, { kind: 'Status', reason: 'Unauthorized' });
  });
  const kubeconfig = join(folder, 'kubeconfig');
  const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
  const config = {
    'current-context': 'pod',
    contexts: [{ name: 'pod', context: { cluster: 'pod', user: 'pod' } }],
    clusters: [{ name: 'pod', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'pod', user }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  client = await createKubeClient({ kubeconfig });
  await client.get(configMaps, name);
  await writeFile(tokenFile, 'second\n');
  await expect(client.create(configMaps, object)).resolves.toEqual(object);
  await writeFile(tokenFile, 'third\n');
  await client.get(configMaps, name);
});

test('credentials that stay refused are reported, not tried for ever', async () => {
  await start((response) =>
    send(response, 401, { kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized' }),
  );
  await expect(client.get(configMaps, name)).rejects.toMatchObject({ reason: 'Unauthorized' });
  expect(server.requests).toHaveLength(2);
});

test('who asks before each attempt can end a write that has not been sent', async () => {
  await start((response) => {
    send(response, 429, { kind: 'Status', reason: 'TooManyRequests' }, { 'retry-after': '1' });
  });
  let attempts = 0;
  const beforeAttempt = (): void => {
    attempts += 1;
    if (attempts === 2) throw new Error('no longer allowed');
  };
  await expect(client.create(configMaps, object, { beforeAttempt })).rejects.toThrow('no longer allowed');
  expect(server.requests).toHaveLength(1);
});
