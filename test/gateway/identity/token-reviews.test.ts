import { expect, test } from 'vitest';
import type { ReviewedToken } from '../../../src/gateway/identity/review-token.ts';
import { createTokenReviews } from '../../../src/gateway/identity/token-reviews.ts';
import { Secret } from '../../../src/lib/secret.ts';

const LIMITS = {
  goodMilliseconds: 60_000,
  badMilliseconds: 5_000,
  maxRemembered: 3,
  maxUnderWay: 4,
  maxUnderWayOfPod: 2,
};
const BAD: ReviewedToken = { problem: 'it is bad' };
const good = (expires = 1_000_000): ReviewedToken => ({
  binding: { namespace: 'n', serviceAccount: 's', podUID: 'u', expires },
});

/** Reviews that are answered by hand, or at once by `answer`. */
function createWorld(answer?: ReviewedToken | Error) {
  const state = { now: 0, answer };
  const asked: { token: string; resolve: (reviewed: ReviewedToken) => void }[] = [];
  const reviews = createTokenReviews({
    limits: LIMITS,
    now: () => state.now,
    review: (token) => {
      const { promise, resolve } = Promise.withResolvers<ReviewedToken>();
      asked.push({ token: token.reveal(), resolve });
      if (state.answer instanceof Error) return Promise.reject(state.answer);
      if (state.answer !== undefined) resolve(state.answer);
      return promise;
    },
  });
  const verdict = (token: string, pod = 'u') => reviews.verdict(new Secret(token), pod);
  return { state, asked, verdict };
}

test.for([
  ['a good token for 60 s', good(), 60_000],
  ['a good token until it ends', good(7_000), 7_000],
  ['a bad token for 5 s', BAD, 5_000],
] as const)('the API server is not asked again about %s', async ([, answer, milliseconds]) => {
  const { state, asked, verdict } = createWorld(answer);
  expect(await verdict('t')).toEqual(answer);
  state.now = milliseconds - 1;
  expect(await verdict('t')).toEqual(answer);
  expect(asked).toHaveLength(1);
  state.now = milliseconds;
  await verdict('t');
  expect(asked).toHaveLength(2);
});

test('a good token that has ended is not remembered', async () => {
  const { state, asked, verdict } = createWorld(good(10));
  state.now = 10;
  await verdict('t');
  await verdict('t');
  expect(asked).toHaveLength(2);
});

test('what could not be asked is asked again', async () => {
  const { state, asked, verdict } = createWorld(new Error('no answer'));
  expect(await verdict('t')).toEqual({ unreviewed: expect.stringContaining('no answer') });
  state.answer = good();
  expect(await verdict('t')).toEqual(good());
  expect(asked).toHaveLength(2);
});

test('requests that show one token share a review', async () => {
  const { asked, verdict } = createWorld();
  const verdicts = [verdict('t'), verdict('t', 'other'), verdict('t')];
  expect(asked).toHaveLength(1);
  asked[0]?.resolve(good());
  expect(await Promise.all(verdicts)).toEqual([good(), good(), good()]);
});

test('one pod cannot keep the others from being reviewed', async () => {
  const { asked, verdict } = createWorld();
  const noisy = [verdict('1', 'noisy'), verdict('2', 'noisy')];
  expect(await verdict('3', 'noisy')).toEqual({ unreviewed: expect.stringContaining('too many') });
  const quiet = verdict('4', 'quiet');
  expect(asked.map(({ token }) => token)).toEqual(['1', '2', '4']);
  for (const { resolve } of asked) resolve(BAD);
  await Promise.all([...noisy, quiet]);
  void verdict('3', 'noisy');
  expect(asked).toHaveLength(4);
});

test('no more reviews are under way than the limit', async () => {
  const { asked, verdict } = createWorld();
  for (const pod of ['a', 'b', 'c', 'd']) void verdict(pod, pod);
  expect(await verdict('e', 'e')).toEqual({ unreviewed: expect.stringContaining('too many') });
  expect(asked).toHaveLength(4);
});

test('bad tokens are forgotten for others, and do not push out a good one', async () => {
  const { state, asked, verdict } = createWorld(good());
  await verdict('good');
  state.answer = BAD;
  for (let index = 0; index < 10; index += 1) await verdict(`bad-${index}`);
  expect(await verdict('good')).toEqual(good());
  expect(asked).toHaveLength(11);
  await verdict('bad-0');
  expect(asked).toHaveLength(12);
});
