import { X509Certificate } from 'node:crypto';
import { sha256 } from '../lib/sha256.ts';

/** What a rotation reads of a certificate. Times in milliseconds since 1970. */
export interface CertificateFacts {
  /** SHA-256 of the DER form, in hexadecimal. */
  readonly fingerprint: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Reads a certificate in PEM. Throws where the text is not a certificate. */
export function readCertificateFacts(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  return {
    fingerprint: sha256(certificate.raw),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
  };
}

const BLOCK = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;

/** Reads the certificates of a bundle in PEM, in order. Throws where a block is not a certificate. */
export function readBundleFacts(bundle: string): CertificateFacts[] {
  return [...bundle.matchAll(BLOCK)].map(([pem]) => readCertificateFacts(pem));
}

/** The fingerprints of the certificates in a bundle, in order. A block that is not a certificate has one too, so that it is noticed. */
export function fingerprintsOf(bundle: string): string[] {
  return [...bundle.matchAll(BLOCK)].map(([, base64 = '']) => sha256(Buffer.from(base64, 'base64')));
}
