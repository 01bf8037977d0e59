import { createHash } from 'node:crypto';
import { connect } from 'node:tls';
import type { CertificateStatus } from '../certificates/certificate-manager.ts';
import type { ReadinessCheck } from '../serve/readiness.ts';

/** Where the probe connects, and the name it expects there. */
export interface SelfProbeTarget {
  /** Undefined while nothing listens. */
  readonly port: () => number | undefined;
  readonly address?: string;
  /** A name or address that the certificate is for. */
  readonly host: string;
}

const TIMEOUT = 1_000;

/**
 * Connects to the webhook's own port as the API server does: TLS 1.3, trusting only the published bundle. It proves
 * that what is served is the certificate that should be, under the name that will be asked for.
 */
export function createTlsSelfProbe(target: SelfProbeTarget, status: () => CertificateStatus): ReadinessCheck {
  return {
    name: 'tls',
    async problem() {
      const { serving, bundle } = status();
      if (serving === null) return 'nothing to serve yet';
      const port = target.port();
      if (port === undefined) return 'not listening yet';
      const shown = await readServedFingerprint({ ...target, port }, bundle);
      return shown === serving.fingerprint ? null : 'the port serves another certificate than it should';
    },
  };
}

function readServedFingerprint(
  { port, address, host }: Omit<SelfProbeTarget, 'port'> & { port: number },
  bundle: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const name = /^[\d.]+$|:/.test(host) ? undefined : host;
    const socket = connect({
      host: address ?? '127.0.0.1',
      port,
      ca: bundle,
      minVersion: 'TLSv1.3',
      servername: name,
      timeout: TIMEOUT,
    });
    socket.once('secureConnect', () => {
      const { raw } = socket.getPeerCertificate();
      socket.end();
      resolve(createHash('sha256').update(raw).digest('hex'));
    });
    socket.once('timeout', () => socket.destroy(new Error(`no handshake within ${TIMEOUT} ms`)));
    socket.once('error', reject);
  });
}
