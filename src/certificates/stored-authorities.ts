import { Secret } from '../lib/secret.ts';
import { readCertificateFacts } from './certificate-facts.ts';
import type { CertificateAuthority } from './issue.ts';

/** The authorities of an installation, shared by all replicas of the webhook. */
export interface StoredAuthorities {
  /** Signs serving certificates. */
  readonly current: CertificateAuthority;
  /** Published, but signs nothing until every API server has had time to see it. */
  readonly next: CertificateAuthority | null;
  /** Certificate (PEM) of the authority before. It stays trusted until it expires; its key is deleted. */
  readonly previous: string | null;
}

/** The certificates of all authorities, in PEM, that of the signing one first. */
export function certificatesOf({ current, next, previous }: StoredAuthorities): readonly string[] {
  return [current.certificate, next?.certificate, previous ?? undefined].filter((pem) => pem !== undefined);
}

/** What every verifier must trust, in PEM, the signing authority first. */
export function bundleOf(authorities: StoredAuthorities): string {
  return certificatesOf(authorities).join('');
}

/** The data of the Secret, in base64. Null removes a key. */
export type EncodedAuthorities = Readonly<Record<string, string | null>>;

/** Encodes authorities as the data of a Secret. */
export function encodeAuthorities({ current, next, previous }: StoredAuthorities): EncodedAuthorities {
  return {
    'ca.crt': encode(current.certificate),
    'ca.key': encode(current.privateKey.reveal()),
    'next.crt': encode(next?.certificate),
    'next.key': encode(next?.privateKey.reveal()),
    'previous.crt': encode(previous ?? undefined),
  };
}

/**
 * Decodes the data of a Secret. Returns null where it is empty, as in the Secret of the chart. Throws where it cannot be
 * read: it may belong to somebody else, so it is not overwritten.
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
  return { certificate: decode(certificate), privateKey: new Secret(decode(privateKey)) };
}

function assertReadable(certificate: string, where: string, key: string): void {
  try {
    readCertificateFacts(certificate);
  } catch (error) {
    throw unreadable(where, key, error);
  }
}

function unreadable(where: string, keys: string, cause?: unknown): Error {
  const message = `${where} has no readable certificate authority in ${keys}; delete the Secret, and a new one is made`;
  return new Error(message, { cause });
}

function encode(text: string | undefined): string | null {
  return text === undefined ? null : Buffer.from(text).toString('base64');
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
