import type { LeaseSpec } from './lease-object.ts';

/** The times of an election. The same for every candidate. */
export interface LeaseTimes {
  /** A lease that nobody was seen to renew for this long may be taken. */
  readonly leaseMilliseconds: number;
  /** The holder renews at this interval. */
  readonly renewMilliseconds: number;
  /** A candidate reads the lease at this interval. */
  readonly pollMilliseconds: number;
  /** The pause after a request that failed. */
  readonly retryMilliseconds: number;
  /** How long one request may take. */
  readonly requestMilliseconds: number;
  /** Every write of the holder is abandoned so long before its lease could expire. */
  readonly marginMilliseconds: number;
}

/**
 * A crash is noticed after the lease and one poll, which is under 17 s; a release after one poll. Within the 13 s for which
 * a renewal holds there is time for three attempts that are never answered.
 */
export const LEASE_TIMES: LeaseTimes = {
  leaseMilliseconds: 15_000,
  renewMilliseconds: 2_000,
  pollMilliseconds: 1_000,
  retryMilliseconds: 1_000,
  requestMilliseconds: 3_000,
  marginMilliseconds: 2_000,
};

/** What one candidate knows. Every time is read from its own clock: those of two machines are never compared. */
export interface LeaseView {
  readonly identity: string;
  /** The lease as it was last read or written: null where there is none, undefined before the first answer. */
  readonly spec: LeaseSpec | null | undefined;
  /** When this spec was first seen. */
  readonly seenAt: number;
  /** When the last renewal that succeeded was *sent*: what others saw of it, they saw later. Null where it is not ours. */
  readonly renewedAt: number | null;
  /** No request before this time. */
  readonly retryAt: number;
  readonly isStopping: boolean;
}

/** What a candidate does next. Before it acquires what it did not just read, it reads. */
export type LeaseAction =
  /** Makes a lease that nobody holds and nobody may take yet: see `bereavedSpec`. */
  | { readonly type: 'create' }
  | { readonly type: 'acquire' }
  | { readonly type: 'renew' }
  | { readonly type: 'wait'; readonly milliseconds: number }
  | { readonly type: 'release' };

/** Whether the lease says that this candidate holds it. Whether it may still write is another question: `writesUntil`. */
export function isHolder({ spec, identity }: Pick<LeaseView, 'spec' | 'identity'>): boolean {
  return spec?.holderIdentity === identity;
}

/** Decides what a candidate does at `now`, a time of its own clock. */
export function decideLease(view: LeaseView, now: number, times: LeaseTimes = LEASE_TIMES): LeaseAction {
  if (view.isStopping) return isHolder(view) ? { type: 'release' } : { type: 'wait', milliseconds: 0 };
  const dueAt = Math.max(view.retryAt, mayWriteAt(view, times));
  if (now < dueAt) return { type: 'wait', milliseconds: dueAt - now };
  if (view.spec === null) return { type: 'create' };
  return { type: isHolder(view) ? 'renew' : 'acquire' };
}

function mayWriteAt(view: LeaseView, times: LeaseTimes): number {
  const { spec, seenAt, renewedAt } = view;
  if (spec === undefined) return Number.POSITIVE_INFINITY;
  if (spec === null) return seenAt;
  if (isHolder(view)) return renewedAt === null ? seenAt : renewedAt + times.renewMilliseconds;
  if ((spec.holderIdentity ?? '') === '') return seenAt;
  // The longer of both: the holder counts with what it wrote, and a shorter one may be somebody's edit.
  return seenAt + Math.max(times.leaseMilliseconds, (spec.leaseDurationSeconds ?? 0) * 1_000);
}

/** Until when a holder may have a write under way, on the clock that `renewedAt` was read from. */
export function writesUntil(renewedAt: number, times: LeaseTimes = LEASE_TIMES): number {
  return renewedAt + times.leaseMilliseconds - times.marginMilliseconds;
}
