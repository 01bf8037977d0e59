import type { CertificateAuthority } from './certificate-authority.ts';
import { readCertificateFacts } from './certificate-facts.ts';
import type { StoredAuthorities } from './stored-authorities.ts';

/** The data of the Secret, in base64; null removes a key. */
export type EncodedAuthorities = Readonly<Record<string, string | null>>;

/** Writes authorities as the data of a Secret. */
export function encodeAuthorities({ current, next, previous }: StoredAuthorities): EncodedAuthorities {
  return {
    'ca.crt': encode(current.certificate),
    'ca.key': encode(current.privateKey),
    'next.crt': encode(next?.certificate),
    'next.key': encode(next?.privateKey),
    'previous.crt': encode(previous ?? undefined),
  };
}

/**
 * Reads them back; null where there are none yet, as in the empty Secret of a chart. What is there but cannot be read
 * is a fault and never overwritten: it may be somebody's own.
 */
export function decodeAuthorities(
  data: Readonly<Record<string, string>>,
  where: string,
): StoredAuthorities | null {
  if (Object.keys(data).length === 0) return null;
  const current = decodePair(data, 'ca');
  if (current === null) throw unreadable(where, 'ca.crt and ca.key');
  const next = decodePair(data, 'next');
  const previous = data['previous.crt'] === undefined ? null : decode(data['previous.crt']);
  const certificates = {
    'ca.crt': current.certificate,
    'next.crt': next?.certificate,
    'previous.crt': previous,
  };
  for (const [key, certificate] of Object.entries(certificates)) {
    if (certificate !== null && certificate !== undefined) assertReadable(certificate, where, key);
  }
  return { current, next, previous };
}

function decodePair(data: Readonly<Record<string, string>>, name: string): CertificateAuthority | null {
  const certificate = data[`${name}.crt`];
  const privateKey = data[`${name}.key`];
  if (certificate === undefined || privateKey === undefined) return null;
  return { certificate: decode(certificate), privateKey: decode(privateKey) };
}

function assertReadable(certificate: string, where: string, key: string): void {
  try {
    readCertificateFacts(certificate);
  } catch (error) {
    throw unreadable(where, key, error);
  }
}

function unreadable(where: string, keys: string, cause?: unknown): Error {
  const message = `${where} holds no readable certificate authority in ${keys}; delete it and the webhook makes a new one`;
  return new Error(message, { cause });
}

function encode(text: string | undefined): string | null {
  return text === undefined ? null : Buffer.from(text).toString('base64');
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
