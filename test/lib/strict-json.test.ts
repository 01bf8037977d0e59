import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_JSON_DEPTH, parseStrictJson } from '../../src/lib/strict-json.ts';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('parseStrictJson', () => {
  test.for<[string, string, RegExp]>([
    ['a key that appears twice', '{"a": 1, "b": {"c": 1, "c": 2}}', /"c" appears twice/],
    ['a key that appears twice, once escaped', String.raw`{"a": 1, "\u0061": 2}`, /"a" appears twice/],
    ['the key __proto__', '{"__proto__": {"a": 1}}', /"__proto__" is not allowed/],
    ['the key __proto__, escaped', String.raw`{"\u005f_proto__": 1}`, /"__proto__" is not allowed/],
    ['half of a surrogate pair', String.raw`["\ud83d"]`, /half of a surrogate pair/],
    ['halves in the wrong order', String.raw`["\ude00\ud83d"]`, /half of a surrogate pair/],
    ['half of a surrogate pair in a key', String.raw`{"\udfff": 1}`, /half of a surrogate pair/],
    ['65 levels', nested(MAX_JSON_DEPTH + 1), /more than 64 levels/],
    ['1,000 levels', nested(1000), /more than 64 levels/],
    ['100,000 objects that are never closed', '{"a":'.repeat(100_000), /more than 64 levels/],
    ['an integer past 2^53', '9007199254740993', /9007199254740992 once it is read/],
    ['more digits than a double has', '0.12345678901234567890', /once it is read/],
    ['a number that overflows', '[1e309]', /Infinity once it is read/],
    ['a number that underflows', '[1e-400]', /is 0 once it is read/],
    ['minus zero', '{"a": -0}', /is 0 once it is read/],
    ['minus zero with a fraction', '-0.00', /is 0 once it is read/],
    ['a leading zero', '01', /has the end/],
    ['a plus sign', '+1', /has a value/],
    ['a number without digits behind its point', '1.', /has the end/],
    ['a hexadecimal number', '0x10', /has the end/],
    ['NaN', 'NaN', /has a value/],
    ['a comma too many', '[1,]', /has a value/],
    ['a comma too many in an object', '{"a": 1,}', /has a string/],
    ['a comment', '{/**/}', /has a string/],
    ['a second value', '{} {}', /has the end/],
    ['nothing', '', /found the end/],
    ['a byte order mark', '\uFEFF{}', /has a value/],
    ['an unescaped line feed', '"a\nb"', /without control characters/],
    ['an unknown escape', String.raw`"\x41"`, /unknown escapes/],
    ['a string that is not closed', '"abc', /has a string/],
    ['an object that is not closed', '{"a": [1, 2', /comma or/],
    ['a space that is none of JSON', '[1,\u00A02]', /has a value/],
  ])('%s is refused', ([, text, problem]) => {
    expect(parseStrictJson(text)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test.for([
    ['64 levels', nested(MAX_JSON_DEPTH)],
    ['a number with zeros behind its point', '[1.50, 1.0, 0.0]'],
    ['a number with an exponent', '[1e2, 1E+2, 15e-1, 0e5, 1e21]'],
    ['the largest safe integer', '9007199254740991'],
    ['the smallest double', '5e-324'],
    ['a surrogate pair', String.raw`"\ud83d\ude00"`],
    ['a NUL that is escaped', String.raw`"\u0000"`],
    ['names of Object.prototype', '{"constructor": 1, "toString": 2, "hasOwnProperty": 3}'],
    ['the same key in two objects', '[{"a": 1}, {"a": 2}]'],
  ])('%s is read as JSON.parse reads it', ([, text]) => {
    expect(parseStrictJson(text!)).toEqual({ value: JSON.parse(text!) });
  });

  test('more values than are asked for are refused where the first of them stands', () => {
    expect(parseStrictJson('{"a": [1, {"b": 2}]}', 5)).toEqual({ value: { a: [1, { b: 2 }] } });
    expect(parseStrictJson('{"a": [1, {"b": 2}]}', 4)).toEqual({ problem: 'it has more than 4 values' });
    expect(parseStrictJson('[0, 0, 0, no JSON', 3)).toEqual({ problem: 'it has more than 3 values' });
  });

  test('whatever JSON.stringify writes is read back, with and without white space', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        fc.pre(!text.includes('"__proto__"') && text.isWellFormed() && !/\\u[dD][89a-fA-F]/.test(text));
        expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text) });
      }),
    );
  });

  test('whatever it reads, JSON.parse reads in the same way', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '"',
      '\\',
      '1',
      '-',
      '0',
      '.',
      'e',
      ' ',
      'null',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const parsed = parseStrictJson(text);
        if ('value' in parsed) expect(parsed.value).toEqual(JSON.parse(text));
      }),
      { numRuns: 5000 },
    );
  });

  test('a number that is read is the number that was written', () => {
    const digits = fc.integer({ min: 0, max: 10 ** 9 }).map(String);
    const written = fc
      .tuple(
        fc.constantFrom('', '-'),
        digits,
        fc.option(digits),
        fc.option(fc.integer({ min: -30, max: 30 })),
      )
      .map(([sign, whole, fraction, exponent]) =>
        [sign, whole, fraction === null ? '' : `.${fraction}`, exponent === null ? '' : `e${exponent}`].join(
          '',
        ),
      );
    fc.assert(
      fc.property(written, (text) => {
        const parsed = parseStrictJson(text);
        fc.pre('value' in parsed);
        const again = parseStrictJson(JSON.stringify((parsed as { value: number }).value));
        expect(again).toEqual(parsed);
        expect((parsed as { value: number }).value).toBe(Number(text));
      }),
    );
  });
});
