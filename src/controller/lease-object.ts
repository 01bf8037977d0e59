import type { KubeObject } from '../kube/kube-object.ts';

/** A `coordination.k8s.io/v1` Lease. */
export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

export interface LeaseSpec {
  /** Empty or not set: nobody holds it. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  /** MicroTime. */
  readonly acquireTime?: string;
  /** MicroTime. It says to people when the lease was renewed; no decision reads it, since clocks differ. */
  readonly renewTime?: string;
  /** How many times the lease went from one holder to another. */
  readonly leaseTransitions?: number;
}

/** Who writes a lease, and when. */
export interface LeaseWriter {
  readonly identity: string;
  readonly leaseMilliseconds: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The spec after `identity` acquired or renewed the lease. */
export function heldSpec(before: LeaseSpec | undefined, writer: LeaseWriter): LeaseSpec {
  const { identity, leaseMilliseconds, now } = writer;
  const time = formatMicroTime(now);
  const transitions = before?.leaseTransitions ?? 0;
  const isRenewal = before?.holderIdentity === identity;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(leaseMilliseconds / 1_000),
    acquireTime: isRenewal ? (before.acquireTime ?? time) : time,
    renewTime: time,
    leaseTransitions: isRenewal || before?.holderIdentity === undefined ? transitions : transitions + 1,
  };
}

/** Not the identity of any process. */
const NOBODY = 'nobody-after-deletion';

/**
 * The spec of a lease that is made because there was none. Somebody may have deleted it, and its holder go on writing until
 * its own clock ends that; so every candidate treats it as one that is held, and waits until it has expired.
 */
export function bereavedSpec(writer: Omit<LeaseWriter, 'identity'>): LeaseSpec {
  return heldSpec(undefined, { ...writer, identity: NOBODY });
}

/** The spec after its holder released the lease: the next candidate may have it at once. */
export function releasedSpec(before: LeaseSpec | undefined, now: number): LeaseSpec {
  return { ...before, holderIdentity: '', renewTime: formatMicroTime(now) };
}

/** A time in milliseconds since 1970 as a MicroTime of Kubernetes, which must have six digits after the point. */
export function formatMicroTime(milliseconds: number): string {
  const micros = Math.floor(milliseconds * 1_000) % 1_000;
  const iso = new Date(Math.floor(milliseconds)).toISOString();
  return iso.replace('Z', `${String(micros).padStart(3, '0')}Z`);
}
