import type { RequestListener } from 'node:http';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { beforeEach, describe, expect, test } from 'vitest';
import { createCertificateAuthority, issueServingCertificate } from '../../../src/certificates/issue.ts';
import { createCredentials } from '../../../src/credentials/create-credentials.ts';
import type { CredentialTenant } from '../../../src/credentials/credentials.ts';
import { createLog } from '../../../src/lib/log.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { issueClientCertificate } from '../../build/client-certificate.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { createScriptedStore } from '../../credentials/scripted-store.ts';
import { POLL } from '../use-proxy.ts';
import { ask } from './upstream-client.ts';
import { ADDRESS, HOST, UPSTREAM, useUpstream } from './upstream-world.ts';

const FILES = 'files.example.net';
const TTL_SECONDS = 60;
const authority = await createCertificateAuthority(Date.now());
const caBundle = btoa(authority.certificate);
const serving = await issueServingCertificate(authority, [HOST], Date.now());
const robot = await issueClientCertificate(authority, 'robot');

type Values = Readonly<Record<string, string>>;

/** What the store has of each credential. */
const secrets = new Map<string, Values>();
const clock = createManualClock(0);
const bind = (name: string): CredentialTenant['credentials'][number] => ({
  name,
  kubernetesSecret: { name, keys: { certificate: 'tls.crt', privateKey: 'tls.key' } },
});
const credentials = createCredentials({
  stores: {
    kubernetesSecret: createScriptedStore(({ name }) => ({
      values: Object.fromEntries(
        Object.entries(secrets.get(name) ?? {}).map(([key, text]) => [key, new Secret(text)]),
      ),
      ttlMilliseconds: TTL_SECONDS * 1_000,
    })),
    vaultKV: null,
  },
  tenant: () => ({ credentials: [bind('robot'), bind('other')], vault: undefined }),
  isCurrent: () => true,
  clock,
  log: createLog({ program: 'gateway', level: 'silent' }),
});

const gateway = useUpstream(
  [
    { ...UPSTREAM, caBundle, credential: 'robot', followRedirectsTo: [FILES] },
    { ...UPSTREAM, caBundle, name: 'other', credential: 'other' },
    { ...UPSTREAM, caBundle, name: 'none', credential: undefined },
  ],
  [
    { name: 'robot', attach: { type: 'ClientCertificate' } },
    { name: 'other', attach: { type: 'ClientCertificate' } },
  ],
  { credentials },
);

/** A sandbox that no test begins with. */
const OTHER = '127.0.0.45';
const UID = '8a1f0c7e-0000-4000-8000-0000000000';
const PATH = '/upstreams/vendor/items';
const MUTUAL: TlsOptions = {
  cert: serving.certificate,
  key: serving.privateKey.reveal(),
  ca: authority.certificate,
  requestCert: true,
  rejectUnauthorized: true,
};

/** Says whose certificate it got. */
const sayWhose: RequestListener = ({ socket }, response) => {
  response.end((socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody');
};

const serve = (listener: RequestListener = sayWhose, tls: TlsOptions = MUTUAL): Promise<void> =>
  gateway.serve(listener, HOST, ADDRESS, tls);
const whose = async (path = PATH, from = gateway.access.from): Promise<string> =>
  (await ask(gateway, { path, from })).text;

beforeEach(() => {
  secrets.set('robot', robot);
});

test('an upstream that requires a client certificate gets the one that is bound, and no header of it', async () => {
  await serve();
  expect(await whose()).toBe('robot');
  const names = Object.keys(gateway.received[0]?.headers ?? {});
  expect(names.sort()).toEqual(['accept-encoding', 'connection', 'host', 'user-agent']);
});

test('every certificate of a sandbox, and every sandbox, has connections of its own', async () => {
  secrets.set('other', await issueClientCertificate(authority, 'other'));
  await serve();
  const { dialled } = gateway.world;
  dialled.length = 0;
  expect([await whose(), await whose()]).toEqual(['robot', 'robot']);
  expect(dialled).toHaveLength(1);
  expect(await whose('/upstreams/other/items')).toBe('other');
  expect(dialled).toHaveLength(2);
  expect(await whose(PATH, OTHER)).toBe('robot');
  expect(dialled).toHaveLength(3);
});

test('a certificate that is replaced is presented when the time of the one before is over', async () => {
  await serve();
  expect(await whose()).toBe('robot');
  secrets.set('robot', await issueClientCertificate(authority, 'new-robot'));
  expect(await whose()).toBe('robot');
  await clock.advance(TTL_SECONDS * 1_000);
  expect(await whose()).toBe('new-robot');
});

describe('a connection with a certificate that is wiped', () => {
  const ofTest = (): string => `${UID}${gateway.access.from.split('.').at(-1)}`;

  test('ends at once where nobody uses it', async () => {
    const sockets: TLSSocket[] = [];
    await serve(({ socket }, response) => {
      sockets.push(socket as TLSSocket);
      response.end('ok');
    });
    await whose();
    expect(sockets[0]?.destroyed).toBe(false);
    expect(credentials.wipe(ofTest())).toBe(1);
    // Sooner than what nobody uses ends by itself.
    await expect.poll(() => sockets[0]?.destroyed, { timeout: 2_000, interval: 20 }).toBe(true);
    await whose();
    expect(sockets[1]).not.toBe(sockets[0]);
  });

  test('is not used again where a call was on it', async () => {
    const open: (() => void)[] = [];
    await serve((_request, response) => void open.push(() => response.end('ok')));
    const { dialled } = gateway.world;
    dialled.length = 0;
    const answer = whose();
    await expect.poll(() => open.length, POLL).toBe(1);
    credentials.wipe(ofTest());
    open[0]?.();
    expect(await answer).toBe('ok');
    const next = whose();
    await expect.poll(() => open.length, POLL).toBe(2);
    open[1]?.();
    expect(await next).toBe('ok');
    expect(dialled).toHaveLength(2);
  });
});

describe('an upstream that requires a client certificate', () => {
  test.for<readonly [string, TlsOptions]>([
    ['with TLS 1.3', { ...MUTUAL, minVersion: 'TLSv1.3' }],
    ['with TLS 1.2', { ...MUTUAL, maxVersion: 'TLSv1.2' }],
  ])('%s gets no request without one, or with one of another authority', async ([, tls]) => {
    const stranger = await issueClientCertificate(await createCertificateAuthority(Date.now()), 'stranger');
    secrets.set('other', stranger);
    await serve(sayWhose, tls);
    for (const name of ['none', 'other']) {
      const answer = await ask(gateway, { path: `/upstreams/${name}/items` });
      expect(['TLSNotEstablished', 'ResponseBroken']).toContain(answer.json()['reason']);
      expect(answer.status).toBe(502);
    }
    expect(gateway.received).toEqual([]);
  });

  test('is named in the answer where it refuses the handshake', async () => {
    await serve(sayWhose, { ...MUTUAL, maxVersion: 'TLSv1.2' });
    const answer = await ask(gateway, { path: '/upstreams/none/items' });
    expect(answer.json()).toMatchObject({
      reason: 'TLSNotEstablished',
      message: expect.stringMatching(/refused TLS with the gateway .* requires a client certificate/),
    });
  });
});

test('a certificate that has expired is refused before anybody is asked', async () => {
  const ago = (days: number): number => Date.now() - days * 86_400_000;
  secrets.set(
    'robot',
    await issueClientCertificate(authority, 'old', { notBefore: ago(3), notAfter: ago(2) }),
  );
  await serve();
  gateway.world.dialled.length = 0;
  expect((await ask(gateway, { path: PATH })).json()).toMatchObject({
    reason: 'CredentialUnusable',
    rule: 'spec.upstreams["vendor"].credential',
    message: expect.stringMatching(
      /^The value "certificate" of the credential "robot" must be valid, and has expired at 20/,
    ),
  });
  expect(gateway.world.dialled).toEqual([]);
});

describe('the private key in a response', () => {
  const rsa = issueClientCertificate(authority, 'rsa', { rsaBits: 2_048 });
  const WRITERS: readonly (readonly [string, (pem: string) => string])[] = [
    ['as it is', (pem) => pem],
    ['in JSON', (pem) => JSON.stringify({ pem })],
    ['in JSON with escaped slashes', (pem) => JSON.stringify({ pem }).replaceAll('/', '\\/')],
    ['in a URL', encodeURIComponent],
    ['in base64, as a Secret has it', btoa],
    ['in base64 behind a byte', (pem) => btoa(`.${pem}`)],
    ['without line breaks', (pem) => pem.replaceAll('\n', '')],
    ['as one line of it', (pem) => pem.split('\n')[1] ?? ''],
  ];
  test.for(WRITERS)('is cut off: %s', async ([, write]) => {
    for (const values of [robot, await rsa]) {
      secrets.set('robot', values);
      await clock.advance(TTL_SECONDS * 1_000);
      const written = write(values.privateKey);
      await serve((_request, response) => void response.end(`<${written}>`));
      const answer = await ask(gateway, { path: PATH });
      expect(answer.isCut || answer.json()['reason'] === 'SecretInResponse').toBe(true);
      expect(answer.text).not.toContain(written);
    }
  });

  test('is not its certificate, which may be told, though that has the modulus of the key', async () => {
    secrets.set('robot', await rsa);
    const { certificate } = await rsa;
    const told = `${certificate}\n${certificate.replaceAll(/-----[A-Z ]+-----|\n/g, '')}`;
    await serve((_request, response) => void response.end(told));
    expect(await whose()).toBe(told);
  });
});

test('a host to which a redirect leads is presented no certificate', async () => {
  const asked: string[] = [];
  const files = await issueServingCertificate(gateway.authority, [FILES], Date.now());
  const tls = {
    ...MUTUAL,
    cert: files.certificate,
    key: files.privateKey.reveal(),
    rejectUnauthorized: false,
  };
  await gateway.serve(
    ({ socket }, response) => {
      asked.push(JSON.stringify((socket as TLSSocket).getPeerCertificate().subject ?? null));
      response.end('the file');
    },
    FILES,
    '151.101.1.1',
    tls,
  );
  await serve((_request, response) => response.writeHead(302, { location: `https://${FILES}/f` }).end());
  expect(await whose()).toBe('the file');
  expect(asked).toEqual(['null']);
});
