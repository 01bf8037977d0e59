import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPointer, parsePointer, valueAt } from '../../src/lib/json-pointer.ts';

describe('a JSON Pointer', () => {
  // RFC 6901, section 5, but for the empty pointer and the one of an empty name, which no rule has.
  const document = { foo: ['bar', 'baz'], 'a/b': 1, 'c%d': 2, 'e^f': 3, 'm~n': 8, ' ': 7, '01': 9 };
  test.for<[string, unknown]>([
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/foo/1', 'baz'],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/m~0n', 8],
    ['/ ', 7],
    ['/foo/2', undefined],
    ['/foo/01', undefined],
    ['/foo/-', undefined],
    ['/foo/length', undefined],
    ['/01', 9],
    ['/toString', undefined],
    ['/__proto__', undefined],
    ['/foo/0/0', undefined],
  ])('%s points to what RFC 6901 says', ([pointer, value]) => {
    expect(valueAt(document, parsePointer(pointer))).toEqual(value);
  });

  test('~01 is a tilde and a one', () => {
    expect(parsePointer('/~01')).toEqual(['~1']);
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (tokens) => {
        expect(parsePointer(formatPointer(tokens))).toEqual(tokens);
      }),
    );
  });
});
