import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDeepEqualJson } from '../../src/lib/is-deep-equal-json.ts';

describe('isDeepEqualJson', () => {
  test.for([
    ['absent and null', { a: null }, {}],
    ['absent and undefined, either way round', {}, { a: undefined }],
    ['members in another order', { a: 1, b: [2] }, { b: [2], a: 1 }],
  ])('takes %s for the same', ([, left, right]) => {
    expect(isDeepEqualJson(left, right)).toBe(true);
    expect(isDeepEqualJson(right, left)).toBe(true);
  });

  test.for([
    ['items in another order', [1, 2], [2, 1]],
    ['a longer list', [1], [1, 2]],
    ['a list and an object', [], {}],
    ['a number and its text', 1, '1'],
    ['an added member', { a: 1 }, { a: 1, b: false }],
    ['a deeper difference', { a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } }],
    ['something and nothing', 0, null],
  ])('tells %s apart', ([, left, right]) => {
    expect(isDeepEqualJson(left, right)).toBe(false);
    expect(isDeepEqualJson(right, left)).toBe(false);
  });

  test('any value equals its copy', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => isDeepEqualJson(value, structuredClone(value))));
  });
});
