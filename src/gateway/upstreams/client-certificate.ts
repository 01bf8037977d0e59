import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { Secret } from '../../lib/secret.ts';
import type { CredentialValues } from '../../policy/upstreams/credential-values.ts';
import { base64LineForms } from '../../policy/upstreams/secret-forms.ts';
import type { AttachProblem } from '../../policy/upstreams/value-forms.ts';

/** What the gateway proves itself with in its handshake with an upstream. */
export interface ClientCertificate {
  /** No other has the same: what is read anew is another one. */
  readonly id: string;
  /** PEM: its own certificate, and then those of the authorities between. */
  readonly chain: string;
  /** PEM. */
  readonly privateKey: Secret;
  /** The forms of the key that must not get to the agent. */
  readonly forms: readonly string[];
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Aborted when the values are kept no longer. What was made of them ends then. */
  readonly ended: AbortSignal;
}

/** The values of a credential as they were given: the same object for as long as they are kept. */
export interface KeptValues {
  readonly values: CredentialValues;
  readonly ended: AbortSignal;
}

interface Problem {
  readonly problem: AttachProblem;
}

/** Reads a client certificate that is valid at `now`, in milliseconds since 1970. No problem holds anything of a key. */
export type ReadClientCertificate = (kept: KeptValues, now: number) => ClientCertificate | Problem;

/** Reads each once, and forgets it when its values are kept no longer. */
export function createClientCertificates(): ReadClientCertificate {
  const known = new WeakMap<CredentialValues, ClientCertificate>();
  let count = 0;
  return ({ values, ended }, now) => {
    let certificate = known.get(values);
    if (certificate === undefined) {
      const read = readValues(values);
      if ('problem' in read) return read;
      count += 1;
      certificate = { ...read, id: String(count), ended };
      if (!ended.aborted) {
        known.set(values, certificate);
        ended.addEventListener('abort', () => known.delete(values), { once: true });
      }
    }
    return findInvalid(certificate, now) ?? certificate;
  };
}

function findInvalid({ notBefore, notAfter }: ClientCertificate, now: number): Problem | null {
  if (notAfter <= now) return faulty('certificate', `must be valid, and has expired at ${dateOf(notAfter)}`);
  if (notBefore > now) return faulty('certificate', `must be valid, and is so from ${dateOf(notBefore)}`);
  return null;
}

function dateOf(time: number): string {
  return new Date(time).toISOString();
}

function faulty(value: string, required: string): Problem {
  return { problem: { value, required } };
}

type ReadValues = Omit<ClientCertificate, 'id' | 'ended'>;

function readValues(values: CredentialValues): ReadValues | Problem {
  const certificates = readChain(values['certificate']?.reveal() ?? '');
  const [own] = certificates;
  if (own === undefined) {
    return faulty('certificate', 'must be PEM of a certificate, and behind it those of its authorities');
  }
  const read = readPrivateKey(values['privateKey']?.reveal() ?? '');
  if ('problem' in read) return read;
  if (!own.checkPrivateKey(read.key)) return faulty('privateKey', 'must be the key of the certificate');
  const chain = certificates.map(String).join('');
  if (!isUsable(chain, read.text))
    return faulty('certificate', 'must be strong enough for TLS, with its key');
  return {
    chain,
    privateKey: new Secret(read.text),
    forms: formsOf(read.text, certificates),
    notBefore: own.validFromDate.getTime(),
    notAfter: own.validToDate.getTime(),
  };
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** None where one of them cannot be read. */
function readChain(text: string): readonly X509Certificate[] {
  try {
    return (text.match(CERTIFICATES) ?? []).map((one) => new X509Certificate(one));
  } catch {
    return [];
  }
}

const PRIVATE_KEY = /-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([\w\s+/=]+)-----END \1-----/;

/** What OpenSSL says of a key is not told: it may be about its bytes. */
function readPrivateKey(text: string): { readonly key: KeyObject; readonly text: string } | Problem {
  const [found] = PRIVATE_KEY.exec(text) ?? [];
  try {
    if (found !== undefined) return { key: createPrivateKey(found), text: found };
  } catch {
    // As where there is none.
  }
  return faulty('privateKey', 'must be PEM of one private key, which is not encrypted');
}

/** A certificate may be good and its key too short for this side of TLS. */
function isUsable(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}

/** As PEM has them (RFC 7468, section 2). */
const LINE = /.{1,64}/g;

/** Shorter lines are the last ones, and may be in anything. */
const MIN_LINE_CHARACTERS = 16;

/** Of each line. What the certificates have as well is no secret, such as the modulus of RSA, and an upstream may well tell it. */
function formsOf(pem: string, certificates: readonly X509Certificate[]): readonly string[] {
  const [, , body = ''] = PRIVATE_KEY.exec(pem) ?? [];
  const lines = body.replaceAll(/\s/g, '').match(LINE) ?? [];
  const isPublic = (line: string): boolean =>
    certificates.some(({ raw }) => raw.includes(Buffer.from(line, 'base64')));
  return lines
    .filter((line) => line.length >= MIN_LINE_CHARACTERS && !isPublic(line))
    .flatMap(base64LineForms);
}
