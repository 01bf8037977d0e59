import { type CertificateFacts, fingerprintsOf, readCertificateFacts } from './certificate-facts.ts';
import type { CertificateAuthority } from './issue.ts';
import { BACKDATING, isDueForRenewal, renewalTime, STAGING } from './lifetimes.ts';
import type { StoredAuthorities } from './stored-authorities.ts';

/** The state that a rotation is planned from. */
export interface RotationState {
  /** Null before the first replica has run. */
  readonly authorities: {
    readonly current: CertificateFacts;
    readonly next: CertificateFacts | null;
    readonly previous: CertificateFacts | null;
  } | null;
  /** The fingerprints that each place publishes as trusted. */
  readonly bundles: readonly (readonly string[])[];
  /** What this process serves, and the fingerprint of the authority that signed it. */
  readonly serving: (CertificateFacts & { readonly signedBy: string }) | null;
}

/** Returns the state that a rotation of stored authorities is planned from. `bundles` has what each place publishes, in PEM. */
export function rotationState(
  { current, next, previous }: StoredAuthorities,
  bundles: readonly string[],
  serving: RotationState['serving'],
): RotationState {
  return {
    authorities: {
      current: readCertificateFacts(current.certificate),
      next: next === null ? null : readCertificateFacts(next.certificate),
      previous: previous === null ? null : readCertificateFacts(previous),
    },
    bundles: bundles.map(fingerprintsOf),
    serving,
  };
}

/**
 * One step of a rotation. After one of the first four, which change what is stored, the rotation is planned again.
 * `CreateAuthority` starts with one authority; `StageAuthority` adds its successor; `PromoteAuthority` makes the successor
 * sign and keeps the previous authority as trusted; `RetireAuthority` removes that one.
 */
export type RotationAction =
  | 'CreateAuthority'
  | 'StageAuthority'
  | 'PromoteAuthority'
  | 'RetireAuthority'
  | 'PublishBundle'
  | 'IssueCertificate';

/**
 * Returns the steps that are due now; none when nothing is. The order keeps every call working: an authority is published
 * for `STAGING` before it signs; a certificate is served only when every place trusts its authority; an authority stays
 * trusted after its successor has taken over, until it expires. `now` in milliseconds since 1970.
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
  return now >= stagedTime(next) && isTrusted(next) ? 'PromoteAuthority' : null;
}

/** When the next step becomes due of its own accord, in milliseconds since 1970; never (`Infinity`) where nothing is stored. */
export function nextRotationTime({ authorities, serving }: RotationState): number {
  if (authorities === null) return Infinity;
  const { current, next, previous } = authorities;
  return Math.min(
    serving === null ? Infinity : renewalTime(serving),
    next === null ? renewalTime(current) : stagedTime(next),
    previous === null ? Infinity : previous.notAfter,
  );
}

/** When a new authority may sign. */
function stagedTime({ notBefore }: CertificateFacts): number {
  return notBefore + BACKDATING + STAGING;
}

/** A certificate that begins in the future was made by a wrong clock: no verifier accepts it, so it is replaced. */
function isValid({ notBefore, notAfter }: CertificateFacts, now: number): boolean {
  return now >= notBefore && now < notAfter;
}

/** Whether every place trusts exactly the authorities. One more would let its owner impersonate the webhook. */
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

/** The steps that change what is stored. */
export type AuthorityAction = Exclude<RotationAction, 'PublishBundle' | 'IssueCertificate'>;

/** Whether a step changes what is stored. Of several replicas only one may then succeed. */
export function isAuthorityAction(action: RotationAction): action is AuthorityAction {
  return action !== 'PublishBundle' && action !== 'IssueCertificate';
}

type Change = (
  stored: StoredAuthorities,
  create: () => Promise<CertificateAuthority>,
) => Promise<StoredAuthorities>;

const CHANGES: Readonly<Record<AuthorityAction, Change>> = {
  CreateAuthority: async (_stored, create) => createFirst(create),
  StageAuthority: async (stored, create) => ({ ...stored, next: await create() }),
  PromoteAuthority: async ({ current, next }, create) => ({
    current: next ?? (await create()),
    next: null,
    previous: current.certificate,
  }),
  RetireAuthority: async (stored) => ({ ...stored, previous: null }),
};

/** Returns what must be stored after a step. `create` makes a new authority. */
export async function changeAuthorities(
  action: AuthorityAction,
  stored: StoredAuthorities | null,
  create: () => Promise<CertificateAuthority>,
): Promise<StoredAuthorities> {
  return stored === null ? createFirst(create) : CHANGES[action](stored, create);
}

async function createFirst(create: () => Promise<CertificateAuthority>): Promise<StoredAuthorities> {
  return { current: await create(), next: null, previous: null };
}
