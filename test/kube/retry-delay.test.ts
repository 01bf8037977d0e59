import { expect, test } from 'vitest';
import { KubeError, type KubeErrorDetails } from '../../src/kube/kube-error.ts';
import { retryDelay, type RetryQuestion } from '../../src/kube/retry-delay.ts';

function ask(details: KubeErrorDetails, changes: Partial<RetryQuestion> = {}): number | undefined {
  const error = new KubeError('no', details);
  return retryDelay({
    safe: true,
    attempts: 1,
    maxAttempts: 5,
    error,
    random: 0,
    remaining: 30_000,
    ...changes,
  });
}

test.for<{ what: string; details: KubeErrorDetails; changes?: Partial<RetryQuestion>; delay?: number }>([
  { what: 'a read is repeated after a lost connection', details: { reason: 'Unavailable' }, delay: 100 },
  {
    what: 'a write is not repeated after a lost connection',
    details: { reason: 'Unavailable' },
    changes: { safe: false },
  },
  {
    what: 'a write that never left is repeated',
    details: { reason: 'Unavailable', neverSent: true },
    changes: { safe: false },
    delay: 100,
  },
  {
    what: 'a write is repeated when flow control refused it, after the time asked for',
    details: { reason: 'TooManyRequests', retryAfterSeconds: 2 },
    changes: { safe: false },
    delay: 2_100,
  },
  {
    what: 'a read is repeated after 503',
    details: { reason: 'Unavailable', status: 503, retryAfterSeconds: 1 },
    delay: 1_100,
  },
  { what: 'a read without an answer in time is repeated', details: { reason: 'Timeout' }, delay: 100 },
  { what: 'the wait doubles', details: { reason: 'Timeout' }, changes: { attempts: 3 }, delay: 400 },
  { what: 'the last attempt is the last', details: { reason: 'Unavailable' }, changes: { attempts: 5 } },
  {
    what: 'nothing is repeated beyond the deadline',
    details: { reason: 'TooManyRequests', retryAfterSeconds: 60 },
  },
  { what: 'a refusal is final', details: { reason: 'Forbidden' } },
  { what: 'a conflict is final', details: { reason: 'Conflict' }, changes: { safe: false } },
  { what: 'an untrusted certificate is final', details: { reason: 'Untrusted' } },
])('$what', ({ details, changes, delay }) => {
  expect(ask(details, changes)).toBe(delay);
});
