import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { resources } from '../../src/kube/resources.ts';
import { serverOfPod } from '../../src/kube/service-account.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { createScratchFolder } from './scratch-folder.ts';
import { selfSign } from './self-sign.ts';

const { configMaps } = resources;
const name = { namespace: 'acme', name: 'one' };

let server: LoopbackServer | undefined;
let client: KubeClient | undefined;

afterEach(async () => {
  await client?.close();
  await server?.close();
  client = undefined;
  server = undefined;
});

interface Pod {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** A pod's environment and files for an API server that accepts the tokens of `accepted`. */
async function startPod(accepted: (token: string) => boolean): Promise<Pod> {
  const tls = await selfSign();
  server = await startLoopbackServer((response, _number, request) => {
    const isAccepted = accepted((request.headers.authorization ?? '').replace('Bearer ', ''));
    response.writeHead(isAccepted ? 200 : 401, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(isAccepted ? { metadata: name } : { kind: 'Status', reason: 'Unauthorized' }),
    );
  }, tls);
  const folder = await createScratchFolder();
  await writeFile(join(folder, 'ca.crt'), tls.cert);
  await writeFile(join(folder, 'token'), 'first\n');
  const { hostname, port } = new URL(server.url);
  const environment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  return { folder, environment };
}

const sentTokens = (): (string | undefined)[] =>
  (server?.requests ?? []).map(({ headers }) => headers.authorization);

describe('in a pod', () => {
  test('a token that rotates between two requests is read again within a minute', async () => {
    const { folder, environment } = await startPod(() => true);
    let now = 0;
    const clock = { ...systemClock, now: () => now };
    client = await createKubeClient({ environment, serviceAccountFolder: folder, clock });
    expect(client.server).toBe(`${server?.url}/`);

    await client.get(configMaps, name);
    await writeFile(join(folder, 'token'), 'second\n');
    now = 59_999;
    await client.get(configMaps, name);
    now = 60_000;
    await client.get(configMaps, name);

    expect(sentTokens()).toEqual(['Bearer first', 'Bearer first', 'Bearer second']);
    expect(server?.connections()).toBe(1);
  });

  test('a token that the API server rejects is read again at once', async () => {
    const { folder, environment } = await startPod((token) => token === 'second');
    client = await createKubeClient({ environment, serviceAccountFolder: folder });
    await writeFile(join(folder, 'token'), 'second\n');
    await expect(client.get(configMaps, name)).resolves.toEqual({ metadata: name });
    expect(sentTokens()).toEqual(['Bearer first', 'Bearer second']);
  });

  test('the certificate authority is read again with the token', async () => {
    const { folder, environment } = await startPod(() => true);
    let now = 0;
    const clock = { ...systemClock, now: () => now };
    const authority = (await selfSign()).cert;
    const limits = { maxAttempts: 1 };
    client = await createKubeClient({ environment, serviceAccountFolder: folder, clock });
    await writeFile(join(folder, 'ca.crt'), authority);
    await client.get(configMaps, name, limits);
    now = 60_000;
    await expect(client.get(configMaps, name, limits)).rejects.toMatchObject({ reason: 'Untrusted' });
  });

  test.for(['token', 'ca.crt'])('a missing %s ends the start with its name', async (file) => {
    const { folder, environment } = await startPod(() => true);
    await rm(join(folder, file));
    await expect(createKubeClient({ environment, serviceAccountFolder: folder })).rejects.toMatchObject({
      reason: 'Configuration',
      message: expect.stringMatching(
        new RegExp(`cannot read the ServiceAccount's ${file}: .*${folder}.*automountServiceAccountToken`),
      ),
    });
  });

  test('an empty token ends the start', async () => {
    const { folder, environment } = await startPod(() => true);
    await writeFile(join(folder, 'token'), '\n');
    await expect(createKubeClient({ environment, serviceAccountFolder: folder })).rejects.toMatchObject({
      reason: 'Configuration',
      message: expect.stringContaining("the ServiceAccount's token is empty"),
    });
  });

  test('nothing of client-node is loaded', async () => {
    const { folder, environment } = await startPod(() => true);
    const module = fileURLToPath(new URL('../../src/kube/client.ts', import.meta.url));
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
      const { createKubeClient } = await import(${JSON.stringify(module)});
      const client = await createKubeClient({ serviceAccountFolder: ${JSON.stringify(folder)} });
      await client.get(${JSON.stringify(configMaps)}, ${JSON.stringify(name)});
      await client.close();
      console.log(JSON.stringify(loaded));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      {
        env: environment,
      },
    );
    const loaded = JSON.parse(stdout) as string[];
    expect(loaded.filter((url) => url.endsWith('/src/kube/connection.ts'))).toHaveLength(1);
    expect(loaded.filter((url) => url.includes('/@kubernetes/client-node/'))).toEqual([]);
  });
});

test.for([
  {
    what: 'an IPv4 address',
    environment: { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' },
    server: 'https://10.96.0.1/',
  },
  {
    what: 'an IPv6 address',
    environment: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' },
    server: 'https://[fd00::1]:6443/',
  },
  { what: 'no port', environment: { KUBERNETES_SERVICE_HOST: '10.96.0.1' }, server: undefined },
  { what: 'nothing', environment: {}, server: undefined },
])('the API server of an environment with $what', ({ environment, server: expected }) => {
  expect(serverOfPod(environment)?.href).toBe(expected);
});
