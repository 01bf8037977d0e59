import { expect, test } from 'vitest';
import { createReviewTally, type ReviewLabels, type ReviewTally } from '../../src/webhook/review-tally.ts';

const COMBINATIONS: readonly ReviewLabels[] = (['Explain', 'Decide'] as const).flatMap((phase) =>
  (['Allowed', 'Denied'] as const).flatMap((verdict) =>
    (['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const).flatMap((operation) =>
      ['pods', 'pods/exec'].map((resource) => ({ phase, verdict, operation, resource })),
    ),
  ),
);

function drain(tally: ReviewTally): { reviews: (ReviewLabels & { count: number })[]; violations: object } {
  const reviews: (ReviewLabels & { count: number })[] = [];
  const violations: Record<string, number> = {};
  tally.drain({
    reviewed: (labels, count) => reviews.push({ ...labels, count }),
    violated: (check, count) => (violations[check] = count),
  });
  return { reviews, violations };
}

test('every combination of phase, verdict, operation and resource is counted by itself', () => {
  const tally = createReviewTally();
  COMBINATIONS.forEach((labels, index) => {
    for (let times = 0; times <= index; times += 1) tally.add({ ...labels, checks: [], seconds: 0 });
  });
  const { reviews } = drain(tally);
  const expected = COMBINATIONS.map((labels, index) => ({ ...labels, count: index + 1 }));
  expect(reviews).toHaveLength(32);
  expect(reviews).toEqual(expect.arrayContaining(expected));
});

test('each check that refused is counted, and nothing is told twice', () => {
  const tally = createReviewTally();
  const denied = { phase: 'Decide', verdict: 'Denied', operation: 'CREATE', resource: 'pods' } as const;
  tally.add({ ...denied, checks: ['privileged', 'host-path'], seconds: 0 });
  tally.add({ ...denied, checks: ['privileged'], seconds: 0 });
  expect(drain(tally)).toEqual({
    reviews: [{ ...denied, count: 2 }],
    violations: { privileged: 2, 'host-path': 1 },
  });
  expect(drain(tally)).toEqual({ reviews: [], violations: {} });
  tally.add({ ...denied, checks: ['privileged'], seconds: 0 });
  expect(drain(tally)).toEqual({ reviews: [{ ...denied, count: 1 }], violations: { privileged: 1 } });
});
