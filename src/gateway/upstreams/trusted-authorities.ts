import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { RefusalError } from '../egress/egress-refusal.ts';

/** Roles name them, and agents do not. */
const MAX_BUNDLES = 256;

/**
 * Says whose certificates are trusted, by the `caBundle` of an upstream. Without one it is what `others` trusts. Throws a
 * RefusalError for a bundle that holds no certificates.
 */
export function createTrust(
  others: SecureContext | undefined,
): (caBundle: string | null) => SecureContext | undefined {
  const known = new Map<string, SecureContext>();
  return (caBundle) => {
    if (caBundle === null) return others;
    const before = known.get(caBundle);
    if (before !== undefined) return before;
    const context = contextOf(caBundle);
    // A context takes longer to make than all the rest of a request.
    if (known.size >= MAX_BUNDLES) known.clear();
    known.set(caBundle, context);
    return context;
  };
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function contextOf(caBundle: string): SecureContext {
  const certificates = Buffer.from(caBundle, 'base64').toString('latin1').match(CERTIFICATES) ?? [];
  if (certificates.length === 0) throw unusable();
  try {
    // A context leaves out what it cannot read, and says nothing.
    return createSecureContext({ ca: certificates.map((one) => new X509Certificate(one).toString()) });
  } catch (error) {
    throw unusable(error);
  }
}

function unusable(cause?: unknown): RefusalError {
  const message =
    'The caBundle of the upstream has no certificates that can be read. Have the role correct it.';
  return new RefusalError('TLSNotEstablished', message, cause);
}
