import type { CertificateFacts } from './certificate-facts.ts';
import { BACKDATING, isDueForRenewal, STAGING } from './lifetimes.ts';

/** What is known when the certificates are looked at. */
export interface RotationState {
  /** Null before the first replica ever ran. */
  readonly authorities: {
    readonly current: CertificateFacts;
    readonly next: CertificateFacts | null;
    readonly previous: CertificateFacts | null;
  } | null;
  /** Fingerprints that each place tells verifiers to trust. */
  readonly bundles: readonly (readonly string[])[];
  /** What this process serves, and the fingerprint of the authority that signed it. */
  readonly serving: (CertificateFacts & { readonly signedBy: string }) | null;
}

/**
 * One step. The first four change what is stored, and are decided anew afterwards:
 * `CreateAuthority` starts over with one authority; `StageAuthority` adds its successor; `PromoteAuthority` makes the
 * successor sign and keeps the one before as trusted; `RetireAuthority` drops that one.
 */
export type RotationAction =
  | 'CreateAuthority'
  | 'StageAuthority'
  | 'PromoteAuthority'
  | 'RetireAuthority'
  | 'PublishBundle'
  | 'IssueCertificate';

/**
 * What is to be done with the certificates now; empty when all is well. The order that keeps every call working:
 * an authority is published before it signs, for `STAGING`; what it signed is served only where every place trusts it;
 * it stays trusted after its successor has taken over, until it expires. `now` in milliseconds since 1970.
 */
export function planRotation(state: RotationState, now: number): readonly RotationAction[] {
  const { authorities, bundles, serving } = state;
  if (authorities === null) return ['CreateAuthority'];
  const { current, next } = authorities;
  if (!isValid(current, now)) {
    return next !== null && isValid(next, now) ? ['PromoteAuthority'] : ['CreateAuthority'];
  }
  const isTrusted = ({ fingerprint }: CertificateFacts): boolean =>
    bundles.every((bundle) => bundle.includes(fingerprint));

  const actions: RotationAction[] = [];
  if (!isPublished(authorities, bundles)) actions.push('PublishBundle');
  const needsCertificate =
    serving === null ||
    serving.signedBy !== current.fingerprint ||
    !isValid(serving, now) ||
    isDueForRenewal(serving, now);
  if (needsCertificate && isTrusted(current)) actions.push('IssueCertificate');
  const change = planAuthorities(authorities, isTrusted, now);
  if (change !== null) actions.push(change);
  return actions;
}

function planAuthorities(
  { current, next, previous }: NonNullable<RotationState['authorities']>,
  isTrusted: (authority: CertificateFacts) => boolean,
  now: number,
): RotationAction | null {
  if (previous !== null && now >= previous.notAfter) return 'RetireAuthority';
  if (next === null || !isValid(next, now)) return isDueForRenewal(current, now) ? 'StageAuthority' : null;
  const isStaged = now >= next.notBefore + BACKDATING + STAGING;
  return isStaged && isTrusted(next) ? 'PromoteAuthority' : null;
}

/** What begins later than now was made by a clock that was wrong: no verifier accepts it, and nothing waits for it. */
function isValid({ notBefore, notAfter }: CertificateFacts, now: number): boolean {
  return now >= notBefore && now < notAfter;
}

/** Whether every place trusts exactly the authorities: one too many is a way in for whoever put it there. */
function isPublished(
  { current, next, previous }: NonNullable<RotationState['authorities']>,
  bundles: RotationState['bundles'],
): boolean {
  const wanted = [current, next, previous].flatMap((authority) => (authority ? [authority.fingerprint] : []));
  return bundles.every(
    (bundle) =>
      bundle.length === wanted.length && wanted.every((fingerprint) => bundle.includes(fingerprint)),
  );
}
