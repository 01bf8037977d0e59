import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter } from '../../src/kube/watch-event.ts';

const line = fc.string({ unit: 'binary' }).map((text) => JSON.stringify({ text }));

function cut(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const ends = [...positions.map((position) => position % (bytes.length + 1)), bytes.length];
  ends.sort((left, right) => left - right);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

test('wherever the bytes are cut, even inside a character, the lines are the same', () => {
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat()), (lines, positions) => {
      const bytes = new TextEncoder().encode(lines.map((text) => `${text}\n`).join(''));
      const split = createLineSplitter(1_000_000);
      expect(cut(bytes, positions).flatMap((chunk) => split(chunk))).toEqual(lines);
    }),
  );
});

test('an unfinished line is held back', () => {
  const split = createLineSplitter(100);
  expect(split(Buffer.from('{"a":1}\n{"b":'))).toEqual(['{"a":1}']);
  expect(split(Buffer.from('2}\r\n'))).toEqual(['{"b":2}\r']);
});

test('a line without an end is refused before it fills the memory', () => {
  const split = createLineSplitter(10);
  expect(split(Buffer.from('123456789'))).toEqual([]);
  expect(() => split(Buffer.from('0123'))).toThrow(RangeError);
});
