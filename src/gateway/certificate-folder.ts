import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../lib/clock.ts';
import { GATE_PROTOCOL } from '../lib/gate-protocol.ts';
import type { Logger } from '../lib/log.ts';
import { Secret } from '../lib/secret.ts';
import type { ServingCertificate } from '../serve/https-server.ts';

export interface CertificateFolderOptions {
  /** Holds `tls.crt` and `tls.key`, in PEM. */
  readonly folder: string;
  readonly log: Logger;
  readonly clock: Clock;
}

/** The certificate in a folder that the kubelet keeps. */
export interface FollowedCertificate {
  /** The first that can be used. */
  readonly first: Promise<ServingCertificate>;
  /** Sets the function that receives every certificate after the first. */
  readonly serve: (onCertificate: (certificate: ServingCertificate) => void) => void;
  /** Why there is no certificate that clients accept, in one line; null where there is one. */
  readonly problem: () => string | null;
}

/** The kubelet itself takes up to a minute. Reading again needs no notice, which inotify does not give on every file system. */
const INTERVAL_MILLISECONDS = 2_000;

/**
 * Reads the folder at an interval until the signal is aborted. A certificate that cannot be used is logged, and the one before
 * it stays: between two reads the kubelet may swap one file and not yet the other.
 */
export function followCertificate(
  options: CertificateFolderOptions,
  signal: AbortSignal,
): FollowedCertificate {
  const { folder, log, clock } = options;
  const first = Promise.withResolvers<ServingCertificate>();
  let onCertificate: (certificate: ServingCertificate) => void = first.resolve;
  let serving: ServingCertificate | null = null;
  let found: string | null = 'not read yet';

  const check = async (): Promise<void> => {
    const read = await readCertificate(folder);
    const problem = 'problem' in read ? read.problem : null;
    if (problem !== null && problem !== found) log.warn({ problem }, 'the certificate cannot be used');
    found = problem;
    if ('problem' in read || isSame(read, serving)) return;
    serving = read;
    onCertificate(read);
    log.info(
      { expires: new X509Certificate(read.certificate).validToDate.toISOString() },
      'certificate read',
    );
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await check().catch((error: unknown) =>
        log.error({ err: error }, 'the certificate could not be served'),
      );
      await clock.sleep(INTERVAL_MILLISECONDS, signal).catch(() => {});
    }
  };
  void run();
  return {
    first: first.promise,
    serve: (serve) => {
      onCertificate = serve;
    },
    problem: () => (serving === null ? found : expiry(serving, clock.now())),
  };
}

async function readCertificate(folder: string): Promise<ServingCertificate | { readonly problem: string }> {
  try {
    const certificate = await readFile(join(folder, 'tls.crt'), 'utf8');
    const privateKey = new Secret(await readFile(join(folder, 'tls.key'), 'utf8'));
    const problem = problemOf(certificate, privateKey);
    return problem === null ? { certificate, privateKey } : { problem: `${folder}: ${problem}` };
  } catch (error) {
    return { problem: `${folder}: ${error instanceof Error ? error.message : 'cannot be read'}` };
  }
}

/** Throws where either is not PEM. */
function problemOf(certificate: string, privateKey: Secret): string | null {
  const leaf = new X509Certificate(certificate);
  if (!leaf.checkPrivateKey(createPrivateKey(privateKey.reveal())))
    return 'tls.key is not the key of tls.crt';
  if (leaf.checkHost(GATE_PROTOCOL.host) === undefined) {
    return `tls.crt is for ${leaf.subjectAltName ?? 'no name'}; it must be for ${GATE_PROTOCOL.host}`;
  }
  // Throws where a certificate after the first is broken.
  createSecureContext({ cert: certificate, key: privateKey.reveal() });
  return null;
}

function isSame(read: ServingCertificate, serving: ServingCertificate | null): boolean {
  return (
    read.certificate === serving?.certificate && read.privateKey.reveal() === serving.privateKey.reveal()
  );
}

function expiry({ certificate }: ServingCertificate, now: number): string | null {
  const { validToDate } = new X509Certificate(certificate);
  return validToDate.getTime() > now ? null : `it expired at ${validToDate.toISOString()}`;
}
