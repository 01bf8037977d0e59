import type { CertificateAuthority } from './certificate-authority.ts';

/** The authorities of an installation, shared by all replicas of the webhook. */
export interface StoredAuthorities {
  /** Signs serving certificates. */
  readonly current: CertificateAuthority;
  /** Published, but signs nothing until every API server has had time to see it. */
  readonly next: CertificateAuthority | null;
  /** Certificate (PEM) of the authority before: trusted until it expires; its key is gone. */
  readonly previous: string | null;
}

/** What every verifier is to trust, in PEM, the signing authority first. */
export function bundleOf({ current, next, previous }: StoredAuthorities): string {
  return [current.certificate, next?.certificate ?? '', previous ?? ''].join('');
}
