import { expect, test } from 'vitest';
import { limitWarnings } from '../../src/webhook/limit-warnings.ts';

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`);

test.for([0, 1, 16])('%i warnings are passed on as they are', (count) => {
  expect(limitWarnings(lines(count))).toEqual(lines(count));
});

test.for([
  [15, 1, 15, 1],
  [16, 1, 15, 2],
  [17, 0, 15, 2],
  [40, 7, 15, 32],
] as const)(
  'of %i warnings, and %i that are not listed, the rest is counted',
  ([count, left, kept, rest]) => {
    expect(limitWarnings(lines(count), left)).toEqual([
      ...lines(kept),
      `and at least ${rest} more; cloister review -f lists them`,
    ]);
  },
);

test('a long warning is cut, and one of several lines is one line', () => {
  const [long, several] = limitWarnings(['x'.repeat(300), 'a\nb']);
  expect(long).toBe(`${'x'.repeat(255)}…`);
  expect(several).toBe('a\\nb');
});
