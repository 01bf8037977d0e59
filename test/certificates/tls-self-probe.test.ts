import { describe, expect, test } from 'vitest';
import { readCertificateFacts } from '../../src/certificates/certificate-facts.ts';
import type { CertificateStatus } from '../../src/certificates/certificate-manager.ts';
import { createCertificateAuthority, issueServingCertificate } from '../../src/certificates/issue.ts';
import { createTlsSelfProbe } from '../../src/certificates/tls-self-probe.ts';
import { runWebhook } from '../webhook/running-webhook.ts';

describe('the TLS self-probe', () => {
  test('holds where the port serves the certificate that it should, under the name asked for', async () => {
    const { port, status, stop } = await serve();
    const probe = createTlsSelfProbe({ port: () => port, host: 'localhost' }, () => status);
    expect(await probe.problem()).toBeNull();
    await stop();
  });

  test('holds where the webhook is called by an IP address and connected to at another', async () => {
    const { port, status, stop } = await serve('192.0.2.1');
    const probe = createTlsSelfProbe({ port: () => port, host: '192.0.2.1' }, () => status);
    expect(await probe.problem()).toBeNull();
    await stop();
  });

  test.for([
    ['the port serves another certificate', { fingerprint: 'other' }, 'localhost', /another certificate/],
    ['the name is not in it', {}, 'cloister-webhook.cloister-system.svc', /altnames/i],
    ['the IP address is not in it', {}, '192.0.2.1', /192\.0\.2\.1/],
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

async function serve(
  host = 'localhost',
): Promise<{ port: number; status: CertificateStatus; stop: () => Promise<void> }> {
  const webhook = await runWebhook();
  const { authority } = webhook;
  const certificate = await issueServingCertificate(authority, [host], Date.now());
  webhook.server.useCertificate(certificate);
  const issuer = readCertificateFacts(authority.certificate);
  const serving = { ...readCertificateFacts(certificate.certificate), signedBy: issuer.fingerprint };
  const status = { serving, authority: issuer, bundle: authority.certificate };
  return { port: webhook.port, status, stop: () => webhook.stop() };
}
