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
    { ...UPSTREAM, caBundle, credential: 'robot' },
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
  expect(Object.keys(gateway.received[0]?.headers ?? {}).sort()).toEqual([
    'accept-encoding',
    'connection',
    'host',
    'user-agent',
  ]);
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
    const before = Date.now();
    expect(credentials.wipe(ofTest())).toBe(1);
    await expect.poll(() => sockets[0]?.destroyed, POLL).toBe(true);
    expect(Date.now() - before).toBeLessThan(3_000);
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

describe('an upstream that requires a certificate', () => {
  test.for<readonly [string, TlsOptions]>([
    ['with TLS 1.3', { ...MUTUAL, minVersion: 'TLSv1.3' }],
    ['with TLS 1.2', { ...MUTUAL, maxVersion: 'TLSv1.2' }],
  ])(
    '%s refuses a call without one, and one by another authority, and the answer says so',
    async ([, tls]) => {
      const stranger = await issueClientCertificate(await createCertificateAuthority(Date.now()), 'stranger');
      secrets.set('other', stranger);
      await serve(sayWhose, tls);
      for (const name of ['none', 'other']) {
        const answer = await ask(gateway, { path: `/upstreams/${name}/items` });
        expect(answer.json()).toMatchObject({ status: 502, reason: 'TLSNotEstablished' });
        expect(answer.text).toContain('client certificate');
      }
      expect(gateway.received).toEqual([]);
    },
  );
});
