import type { Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { createCacheCheck, type ObservedCache } from '../../src/cluster/cache-readiness.ts';
import { createCertificateCheck } from '../../src/certificates/certificate-readiness.ts';
import { readCertificateFacts } from '../../src/certificates/certificate-facts.ts';
import type { CertificateStatus } from '../../src/certificates/certificate-manager.ts';
import { createCertificateAuthority, issueServingCertificate } from '../../src/certificates/issue.ts';
import type { ReadinessCheck } from '../../src/serve/readiness.ts';
import { listenOn } from '../../src/serve/listen.ts';
import { createProbeServer } from '../../src/serve/probe-server.ts';
import { createTlsSelfProbe } from '../../src/certificates/tls-self-probe.ts';
import { runWebhook } from '../webhook/running-webhook.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function ask(path: string, checks: ReadinessCheck[], isDraining = false) {
  server = createProbeServer({ checks, isDraining: () => isDraining, monotonicNow: () => performance.now() });
  const port = await listenOn(server, 0, '127.0.0.1');
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, text: await answer.text() };
}

const cache = (resource: string, isSynced: boolean): ObservedCache => ({
  resource,
  synced: () => isSynced,
  lastContactTime: () => undefined,
});
const good: ReadinessCheck = { name: 'good', problem: () => null };

describe('/readyz', () => {
  test('is 200 when everything holds, with a line for each', async () => {
    const checks = [createCacheCheck([cache('agentroles', true)], () => 0), good];
    expect(await ask('/readyz?verbose', checks)).toEqual({ status: 200, text: 'caches: ok\ngood: ok\n' });
  });

  test('names every cache that is not synced', async () => {
    const checks = [
      createCacheCheck([cache('agentroles', false), cache('pods', true), cache('tenants', false)], () => 0),
    ];
    expect(await ask('/readyz', checks)).toEqual({
      status: 503,
      text: 'caches: not synced: agentroles, tenants\n',
    });
  });

  test('names a cache that has heard nothing for more than five minutes', async () => {
    const heard = { ...cache('pods', true), lastContactTime: () => 1_000 };
    expect(await ask('/readyz', [createCacheCheck([heard], () => 301_000)])).toMatchObject({ status: 200 });
    expect(await ask('/readyz', [createCacheCheck([heard], () => 301_001)])).toEqual({
      status: 503,
      text: 'caches: not a word from the API server for 5 minutes: pods\n',
    });
  });

  test('is 503 where a check throws, and says why', async () => {
    const broken: ReadinessCheck = { name: 'tls', problem: () => Promise.reject(new Error('no handshake')) };
    expect(await ask('/readyz', [good, broken])).toEqual({
      status: 503,
      text: 'good: ok\ntls: no handshake\n',
    });
  });

  test('is 503 while draining, whatever else holds', async () => {
    expect(await ask('/readyz', [good], true)).toMatchObject({ status: 503 });
  });
});

test('/livez is 200 also while not ready or draining', async () => {
  const broken: ReadinessCheck = { name: 'caches', problem: () => 'not synced' };
  expect(await ask('/livez', [broken], true)).toMatchObject({ status: 200 });
});

test('other paths are 404', async () => {
  expect(await ask('/', [])).toMatchObject({ status: 404 });
});

describe('the certificate', () => {
  const facts = { fingerprint: 'f', notBefore: 0, notAfter: 1_000, signedBy: 'a' };
  test.for([
    ['there is none', null, 0, 'there is none yet'],
    ['it holds', facts, 999, null],
    ['it expired', facts, 1_000, 'it expired at 1970-01-01T00:00:01.000Z'],
  ] as const)('%s', ([, serving, now, problem]) => {
    const check = createCertificateCheck(
      () => ({ serving, authority: null, bundle: '' }),
      () => now,
    );
    if (problem === null) expect(check.problem()).toBeNull();
    else expect(check.problem()).toContain(problem);
  });
});

describe('the TLS self-probe', () => {
  test('holds where the port serves the certificate that it should, under the name asked for', async () => {
    const { port, status, stop } = await serve();
    const probe = createTlsSelfProbe({ port: () => port, host: 'localhost' }, () => status);
    expect(await probe.problem()).toBeNull();
    await stop();
  });

  test.for([
    ['the port serves another certificate', { fingerprint: 'other' }, 'localhost', /another certificate/],
    ['the name is not in it', {}, 'cloister-webhook.cloister-system.svc', /altnames/i],
  ] as const)('fails where %s', async ([, change, host, problem]) => {
    const { port, status, stop } = await serve();
    const serving = { ...status.serving!, ...change };
    const probe = createTlsSelfProbe({ port: () => port, host }, () => ({ ...status, serving }));
    await expect(Promise.resolve(probe.problem()).catch(String)).resolves.toMatch(problem);
    await stop();
  });

  test('fails where the bundle does not trust it', async () => {
    const { port, status, stop } = await serve();
    const bundle = (await createCertificateAuthority(Date.now())).certificate;
    const probe = createTlsSelfProbe({ port: () => port, host: 'localhost' }, () => ({ ...status, bundle }));
    await expect(probe.problem()).rejects.toThrow(/certificate|signature/);
    await stop();
  });

  test('says that nothing listens yet', async () => {
    const { status, stop } = await serve();
    expect(
      await createTlsSelfProbe({ port: () => undefined, host: 'localhost' }, () => status).problem(),
    ).toBe('not listening yet');
    await stop();
  });
});

async function serve(): Promise<{ port: number; status: CertificateStatus; stop: () => Promise<void> }> {
  const webhook = await runWebhook();
  const { authority } = webhook;
  const certificate = await issueServingCertificate(authority, ['localhost'], Date.now());
  webhook.server.useCertificate(certificate);
  const issuer = readCertificateFacts(authority.certificate);
  const serving = { ...readCertificateFacts(certificate.certificate), signedBy: issuer.fingerprint };
  const status = { serving, authority: issuer, bundle: authority.certificate };
  return { port: webhook.port, status, stop: () => webhook.stop() };
}
