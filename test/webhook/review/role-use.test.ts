import { expect, test, vi } from 'vitest';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { resources } from '../../../src/kube/resources.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLog } from '../../../src/lib/log.ts';
import { createRoleUseReviewer } from '../../../src/webhook/review/role-use.ts';
import { createManualClock } from '../../build/manual-clock.ts';

const USER = { username: 'dev', uid: '7', groups: ['team'], extra: { 'example.com/a': ['b'] } };

function reviewerOf(answer: () => Promise<unknown>, clock = systemClock, deadlineMilliseconds = 4_000) {
  const create = vi.fn<(...args: readonly unknown[]) => Promise<unknown>>(answer);
  const logged: string[] = [];
  const log = createLog({
    program: 'webhook',
    level: 'debug',
    destination: { write: (line: string) => void logged.push(line) },
  });
  const client = { create } as unknown as Pick<KubeClient, 'create'>;
  return { create, logged, reviewer: createRoleUseReviewer({ client, clock, log, deadlineMilliseconds }) };
}

test('the API server is asked once whether the user, with all that is known of it, has the verb use', async () => {
  const { create, reviewer } = reviewerOf(() => Promise.resolve({ status: { allowed: true } }));
  expect(await reviewer.review(USER, 'debuggable')).toBe('Allowed');
  expect(create).toHaveBeenCalledTimes(1);
  const [resource, review, options] = create.mock.calls[0]!;
  expect(resource).toBe(resources.subjectAccessReviews);
  expect(review).toMatchObject({
    spec: {
      user: 'dev',
      uid: '7',
      groups: ['team'],
      extra: { 'example.com/a': ['b'] },
      resourceAttributes: { group: 'cloister.dev', resource: 'agentroles', name: 'debuggable', verb: 'use' },
    },
  });
  expect(options).toMatchObject({ deadlineMilliseconds: 2_000, maxAttempts: 1 });
});

test.for([
  ['denied', { status: { allowed: false, reason: 'no' } }],
  ['without a status', {}],
  ['of another shape', { status: { allowed: 'true' } }],
] as const)('an answer that is %s is a denial', async ([, answer]) => {
  expect(await reviewerOf(() => Promise.resolve(answer)).reviewer.review(USER, 'open')).toBe('Denied');
});

test('a failure is no answer, and the log has its cause', async () => {
  const { reviewer, logged } = reviewerOf(() => Promise.reject(new Error('connection refused')));
  expect(await reviewer.review(USER, 'open')).toBe('Unanswered');
  expect(logged.join('')).toContain('connection refused');
});

test.for([
  [4_000, 2_000],
  [29_000, 2_000],
  [1_000, 500],
] as const)(
  'of a review of at most %d ms an API server that never answers is waited for %d ms',
  async ([deadline, expected]) => {
    const clock = createManualClock(0);
    const { create, reviewer } = reviewerOf(() => new Promise(() => {}), clock, deadline);
    let answer: string | undefined;
    void reviewer.review(USER, 'open').then((use) => (answer = use));
    const { signal } = create.mock.calls[0]![2] as { signal: AbortSignal };
    await clock.advance(expected - 1);
    expect([answer, signal.aborted]).toEqual([undefined, false]);
    await clock.advance(1);
    expect([answer, signal.aborted]).toEqual(['Unanswered', true]);
  },
);
