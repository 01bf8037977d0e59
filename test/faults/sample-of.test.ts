import { expect, onTestFinished, test, vi } from 'vitest';
import { casesOfRun, sampleOf } from './sample-of.ts';

const CASES = Array.from({ length: 14 }, (_, index) => index);

test('a sample has as many cases as are asked for, the first and the last among them, each once and in order', () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const sample = sampleOf(CASES, 5, seed);
    expect(new Set(sample).size).toBe(5);
    expect(sample.toSorted((one, other) => one - other)).toEqual(sample);
    expect([sample[0], sample.at(-1)]).toEqual([0, 13]);
  }
});

test('a seed always gives the same sample, and all seeds together every case', () => {
  expect(sampleOf(CASES, 4, 7)).toEqual(sampleOf(CASES, 4, 7));
  const seen = Array.from({ length: 100 }, (_, seed) => sampleOf(CASES, 4, seed)).flat();
  expect(new Set(seen)).toEqual(new Set(CASES));
});

test.for([
  [[], 3, []],
  [[1], 3, [1]],
  [[1, 2], 2, [1, 2]],
  [[1, 2, 3], 9, [1, 2, 3]],
  [[1, 2, 3], 1, [1]],
] as const)('of %j, %d are %j', ([cases, count, sample]) => {
  expect(sampleOf<number>(cases, count)).toEqual(sample);
});

test.for([
  ['npm test', undefined, 3],
  ['npm run test:faults', '7', 14],
] as const)('%s takes its part of a table', ([, seed, count]) => {
  vi.stubEnv('CLOISTER_FAULT_SEED', seed);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(casesOfRun(CASES, 3)).toHaveLength(count);
});
