import type { Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { createCertificateAuthority, issueServingCertificate } from '../../../src/certificates/issue.ts';
import { issueClientCertificate } from '../../build/client-certificate.ts';
import { POLL } from '../use-proxy.ts';
import { FILES, PATH, TTL_SECONDS, useCertificates } from './certificate-world.ts';
import { ask } from './upstream-client.ts';

const { gateway, authority, robot, secrets, clock, wipe, hideEnds, mutual, serve, whose } =
  await useCertificates();

/** A sandbox that no test begins with. */
const OTHER = '127.0.0.45';
/** Sooner than a connection that nobody uses ends by itself. */
const SOON = { timeout: 3_000, interval: 20 } as const;

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

test.for([
  ['and its connections are ended', (): void => undefined],
  ['whether its connections are ended or not', hideEnds],
] as const)('a certificate is not presented any more when its time is over, %s', async ([, begin]) => {
  begin();
  await serve();
  expect(await whose()).toBe('robot');
  secrets.set('robot', await issueClientCertificate(authority, 'new-robot'));
  expect(await whose()).toBe('robot');
  await clock.advance(TTL_SECONDS * 1_000);
  expect(await whose()).toBe('new-robot');
});

describe('a connection with a certificate that is wiped', () => {
  test('ends at once where nobody uses it', async () => {
    const sockets: Socket[] = [];
    await serve(({ socket }, response) => {
      sockets.push(socket);
      response.end('ok');
    });
    await whose();
    expect(sockets[0]?.destroyed).toBe(false);
    expect(wipe()).toBe(1);
    await expect.poll(() => sockets[0]?.destroyed, SOON).toBe(true);
    await whose();
    expect(sockets[1]).not.toBe(sockets[0]);
  });

  test('ends with the call that is on it', async () => {
    const sockets: Socket[] = [];
    const open: (() => void)[] = [];
    await serve(({ socket }, response) => {
      sockets.push(socket);
      open.push(() => response.end('ok'));
    });
    const answer = whose();
    await expect.poll(() => open.length, POLL).toBe(1);
    wipe();
    open[0]?.();
    expect(await answer).toBe('ok');
    await expect.poll(() => sockets[0]?.destroyed, SOON).toBe(true);
  });
});

describe('an upstream that requires a client certificate', () => {
  test.for<readonly [string, TlsOptions]>([
    ['with TLS 1.3', { ...mutual, minVersion: 'TLSv1.3' }],
    ['with TLS 1.2', { ...mutual, maxVersion: 'TLSv1.2' }],
  ])('%s gets no request without one, or with one of another authority', async ([, tls]) => {
    const stranger = await issueClientCertificate(await createCertificateAuthority(Date.now()), 'stranger');
    secrets.set('other', stranger);
    await serve(undefined, tls);
    for (const name of ['none', 'other']) {
      const answer = await ask(gateway, { path: `/upstreams/${name}/items` });
      expect(['TLSNotEstablished', 'ResponseBroken']).toContain(answer.json()['reason']);
      expect(answer.status).toBe(502);
    }
    expect(gateway.received).toEqual([]);
  });

  test('is named in the answer where it refuses the handshake', async () => {
    await serve(undefined, { ...mutual, maxVersion: 'TLSv1.2' });
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
    ...mutual,
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
