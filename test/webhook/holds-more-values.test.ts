import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdsMoreValues } from '../../src/webhook/holds-more-values.ts';

/** Counts commas and opening brackets, as the function does without parsing. */
function count(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  const commas = Math.max(0, members.length - 1);
  return members.reduce<number>((sum, member) => sum + count(member), 1 + commas);
}

describe('how many values JSON holds', () => {
  test.for([
    ['nothing', '', 0, false],
    ['as many as may be', '[1,2,3]', 3, false],
    ['one more', '[1,2,3,4]', 3, true],
    ['objects within lists', '[{},{}]', 3, true],
    ['commas and brackets in a string', '["[{,,,,,,,,,,\\",,,,,,"]', 1, false],
    ['a string that does not end', '["a,,,,,,,,,', 1, false],
  ] as const)('%s', ([, json, most, expected]) => {
    expect(holdsMoreValues(json, most)).toBe(expected);
  });

  test.for([
    ['each as many as may be', '{"a":[1,2],"c":[3,4,5]}', false],
    ['the first more', '{"a":[1,2,3],"c":[3]}', true],
    ['the last more', '{"a":[1],"c":[3,4,5,6]}', true],
    ['one after lists and objects that have ended', '{"a":[],"b":{},"c":[[],1]}', false],
    ['what is deeper counts for its member', '{"a":[],"c":[[],[],[]]}', true],
    ['a comma and a bracket in a string', '{"a":",]}","c":[1,2,3,4]}', true],
  ] as const)('of members that are counted by themselves, %s', ([, json, expected]) => {
    expect(holdsMoreValues(json, 3, 1)).toBe(expected);
  });

  test('is what a parser would find', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat({ max: 20 }), (value, most) => {
        const json = JSON.stringify(value);
        expect(holdsMoreValues(json, most)).toBe(count(value) > most);
      }),
      { numRuns: 2_000 },
    );
  });
});
