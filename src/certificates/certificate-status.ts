import type { Registry } from 'prom-client';
import { registerGauge } from '../serve/metrics.ts';
import type { ReadinessCheck } from '../serve/probes.ts';
import type { CertificateStatus } from './certificate-manager.ts';

/** A check that holds while there is a serving certificate that has not expired. `now` in milliseconds since 1970. */
export function createCertificateCheck(status: () => CertificateStatus, now: () => number): ReadinessCheck {
  return {
    name: 'certificate',
    problem() {
      const { serving } = status();
      if (serving === null) return 'there is none yet; the webhook could not read or write its Secret';
      return now() < serving.notAfter ? null : `it expired at ${new Date(serving.notAfter).toISOString()}`;
    },
  };
}

/** Registers the metrics of certificates. They are read when metrics are collected. */
export function registerCertificateMetrics(registry: Registry, status: () => CertificateStatus): void {
  registerGauge(registry, {
    name: 'cloister_certificate_expiry_time_seconds',
    help: 'When a certificate expires, in seconds since 1970.',
    label: 'certificate',
    *read() {
      const { serving, authority } = status();
      if (serving !== null) yield ['serving', serving.notAfter / 1000];
      if (authority !== null) yield ['authority', authority.notAfter / 1000];
    },
  });
}
