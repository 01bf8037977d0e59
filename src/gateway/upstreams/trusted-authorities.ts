import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { RefusalError } from '../egress/egress-refusal.ts';
import type { ClientCertificate } from './client-certificate.ts';

/** Roles name them, and agents do not. */
const MAX_BUNDLES = 256;

/**
 * Says whose certificates are trusted, by the `caBundle` of an upstream, base64 of PEM, and what the gateway proves itself with.
 * Throws a RefusalError for a bundle that holds no certificates.
 */
export type Trust = (
  caBundle: string | null,
  certificate: ClientCertificate | null,
) => SecureContext | undefined;

type Contexts = Map<string, SecureContext>;

/**
 * Without a bundle and a client certificate it is what `others` trusts. With a client certificate each has contexts of its own,
 * which are forgotten with its values; without a bundle they trust those that Node does.
 */
export function createTrust(others: SecureContext | undefined): Trust {
  const ofNobody: Contexts = new Map();
  const known = new WeakMap<ClientCertificate, Contexts>();
  const contextsOf = (certificate: ClientCertificate): Contexts => {
    const before = known.get(certificate);
    if (before !== undefined) return before;
    const contexts: Contexts = new Map();
    if (certificate.ended.aborted) return contexts;
    known.set(certificate, contexts);
    certificate.ended.addEventListener('abort', () => known.delete(certificate), { once: true });
    return contexts;
  };
  return (caBundle, certificate) => {
    if (caBundle === null && certificate === null) return others;
    const contexts = certificate === null ? ofNobody : contextsOf(certificate);
    const key = caBundle ?? '';
    const before = contexts.get(key);
    if (before !== undefined) return before;
    const context = createContext(caBundle, certificate);
    // A context takes longer to make than all the rest of a request.
    if (contexts.size >= MAX_BUNDLES) contexts.clear();
    contexts.set(key, context);
    return context;
  };
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function createContext(caBundle: string | null, certificate: ClientCertificate | null): SecureContext {
  const trusted = caBundle === null ? {} : { ca: authoritiesIn(caBundle) };
  if (certificate === null) return createSecureContext(trusted);
  const { chain: cert, privateKey } = certificate;
  return createSecureContext({ ...trusted, cert, key: privateKey.reveal() });
}

function authoritiesIn(caBundle: string): string[] {
  const certificates = Buffer.from(caBundle, 'base64').toString('latin1').match(CERTIFICATES) ?? [];
  if (certificates.length === 0) throw unusable();
  try {
    // A context leaves out what it cannot read, and says nothing.
    return certificates.map((one) => new X509Certificate(one).toString());
  } catch (error) {
    throw unusable(error);
  }
}

function unusable(cause?: unknown): RefusalError {
  const message =
    'The caBundle of the upstream has no certificates that can be read. Have the role correct it.';
  return new RefusalError('TLSNotEstablished', message, cause);
}
