import { expect, test } from 'vitest';
import { shorten } from '../../src/lib/shorten.ts';

test.for([
  ['a text of the length', 'abcd', 'abcd'],
  ['a longer text', 'abcde', 'abc…'],
  ['a text whose cut divides a character', 'ab\u{1f600}cde', 'ab\ufffd…'],
] as const)('%s', ([, text, short]) => {
  expect(shorten(text, 4)).toBe(short);
});
