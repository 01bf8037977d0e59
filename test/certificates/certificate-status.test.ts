import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import {
  createCertificateCheck,
  registerCertificateMetrics,
} from '../../src/certificates/certificate-status.ts';

describe('the certificate check', () => {
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

test('the expiry of certificates is a metric', async () => {
  const registry = new Registry();
  registerCertificateMetrics(registry, () => ({
    serving: { fingerprint: 'f', notBefore: 0, notAfter: 90_000, signedBy: 'a' },
    authority: { fingerprint: 'a', notBefore: 0, notAfter: 365_000 },
    bundle: '',
  }));
  const text = await registry.metrics();
  expect(text).toContain('cloister_certificate_expiry_time_seconds{certificate="serving"} 90\n');
  expect(text).toContain('cloister_certificate_expiry_time_seconds{certificate="authority"} 365\n');
});
