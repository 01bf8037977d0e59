import { isIP } from 'node:net';
import { checkServerIdentity, connect } from 'node:tls';
import { sha256 } from '../lib/sha256.ts';
import type { ReadinessCheck } from '../serve/probes.ts';
import type { CertificateStatus } from './certificate-manager.ts';

/** Where the probe connects, and the name that it verifies. */
export interface SelfProbeTarget {
  /** Undefined until the server listens. */
  readonly port: () => number | undefined;
  readonly address?: string;
  /** A name or address that the certificate is for. */
  readonly host: string;
}

const TIMEOUT_MILLISECONDS = 1_000;

/**
 * A check that connects to the program's own port as the API server does: TLS 1.3, trusting only the published bundle. It
 * holds when the port serves the current certificate under the name that clients use.
 */
export function createTlsSelfProbe(target: SelfProbeTarget, status: () => CertificateStatus): ReadinessCheck {
  return {
    name: 'tls',
    async problem() {
      const { serving, bundle } = status();
      if (serving === null) return 'there is no certificate yet';
      const port = target.port();
      if (port === undefined) return 'not listening yet';
      const shown = await readServedFingerprint({ ...target, port }, bundle);
      return shown === serving.fingerprint
        ? null
        : 'the port serves another certificate than the current one';
    },
  };
}

function readServedFingerprint(
  { port, address, host }: Omit<SelfProbeTarget, 'port'> & { port: number },
  bundle: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address ?? '127.0.0.1',
      port,
      ca: bundle,
      minVersion: 'TLSv1.3',
      // An IP address is no server name (RFC 6066 §3), and the address that is connected to may be another.
      servername: isIP(host) === 0 ? host : undefined,
      checkServerIdentity: (_address, certificate) => checkServerIdentity(host, certificate),
      timeout: TIMEOUT_MILLISECONDS,
    });
    socket.once('secureConnect', () => {
      const { raw } = socket.getPeerCertificate();
      socket.end();
      resolve(sha256(raw));
    });
    socket.once('timeout', () => socket.destroy(new Error(`no handshake within ${TIMEOUT_MILLISECONDS} ms`)));
    socket.once('error', reject);
  });
}
