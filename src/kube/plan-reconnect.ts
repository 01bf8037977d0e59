import { backoffDelay, WATCH_BACKOFF } from '../lib/backoff.ts';
import type { KubeError } from './kube-error.ts';

/** How one round of list and watch ended. */
export interface RoundOutcome {
  /** Absent when the server ended the watch in good order. */
  readonly error?: KubeError;
  /** Rounds that failed in a row before this one. */
  readonly failures: number;
  /** The watch began from a list made in this same round. */
  readonly listed: boolean;
  /** At least one event or bookmark came. */
  readonly progressed: boolean;
  /** How long the watch lasted, in milliseconds. */
  readonly lived: number;
  /** In [0, 1). */
  readonly random: number;
}

/** What the next round starts with. */
export interface ReconnectPlan {
  readonly failures: number;
  /** Milliseconds to wait first. */
  readonly delay: number;
  /** The resource version is of no more use: list again. */
  readonly relist: boolean;
}

const HEALTHY_MILLISECONDS = 10_000;
const MIN_LIFETIME_MILLISECONDS = 1_000;

/** Decides when and how to go on after a round. Never gives up. */
export function planReconnect(outcome: RoundOutcome): ReconnectPlan {
  const { error, listed, progressed, lived, random } = outcome;
  const relist = error !== undefined && needsList(error);
  const failures = progressed || lived >= HEALTHY_MILLISECONDS ? 0 : outcome.failures;
  // A watch that was ended in good order goes on at once, unless the server ends each one as soon as it begins.
  if (error === undefined && lived >= MIN_LIFETIME_MILLISECONDS) return { failures: 0, delay: 0, relist };
  // After an outage the old version is gone: list at once, but not again and again.
  if (error?.reason === 'Gone' && !listed) return { failures, delay: 0, relist };
  const asked = Math.min((error?.retryAfterSeconds ?? 0) * 1_000, WATCH_BACKOFF.maxMilliseconds);
  return { failures: failures + 1, delay: Math.max(asked, backoffDelay(failures, random)), relist };
}

// 504 "Too large resource version": etcd was restored from a backup, and this version lies in a future that never was.
function needsList(error: KubeError): boolean {
  if (error.reason === 'Gone' || error.reason === 'BadRequest' || error.reason === 'Unknown') return true;
  return error.reason === 'Timeout' && error.status === 504;
}
