import { type BackoffBounds, backoffDelay } from '../lib/backoff.ts';
import type { KubeError } from './kube-error.ts';

/** Everything that decides whether a failed request is sent again. */
export interface RetryQuestion {
  /** Reads change nothing, so they may be repeated even when it is unknown whether they arrived. */
  readonly safe: boolean;
  /** Attempts made so far, at least 1. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly error: KubeError;
  /** In [0, 1). */
  readonly random: number;
  /** Until the caller's deadline, in milliseconds. */
  readonly remaining: number;
}

const BACKOFF: BackoffBounds = { minMilliseconds: 100, maxMilliseconds: 2_000 };

/** Milliseconds to wait before sending the request again, or undefined when the error is final. */
export function retryDelay(question: RetryQuestion): number | undefined {
  if (question.attempts >= question.maxAttempts || !isRetryable(question)) return undefined;
  const asked = (question.error.retryAfterSeconds ?? 0) * 1_000;
  const delay = asked + backoffDelay(question.attempts - 1, question.random, BACKOFF);
  return delay < question.remaining ? delay : undefined;
}

function isRetryable({ safe, error }: RetryQuestion): boolean {
  // Flow control (KEP-1040) refuses before anything is done, so a write may be repeated too.
  if (error.reason === 'TooManyRequests' || error.neverSent) return true;
  return safe && (error.reason === 'Unavailable' || error.reason === 'Timeout');
}
