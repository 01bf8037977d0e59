import { expect, test } from 'vitest';
import { endSentence } from '../../src/lib/end-sentence.ts';

test.for([
  ['a text without an end gets a full stop', 'no nodes', 'no nodes.'],
  ['a text that ends in one stays', 'No nodes.', 'No nodes.'],
  ['so does one that ends otherwise', 'Is it there?', 'Is it there?'],
  ['a full stop inside is no end', 'exit code 1. Again', 'exit code 1. Again.'],
] as const)('%s', ([, text, ended]) => {
  expect(endSentence(text)).toBe(ended);
});
