import type { CertificateStatus } from './certificate-manager.ts';
import type { ReadinessCheck } from '../serve/readiness.ts';

/** Ready while there is a serving certificate that has not expired. Times in milliseconds since 1970. */
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
