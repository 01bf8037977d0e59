import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileLinearPattern } from '../../../src/lib/pattern/linear-pattern.ts';
import { PatternError } from '../../../src/lib/pattern/parse-pattern.ts';

const TEXTS = [
  '',
  'a',
  'b',
  'ab',
  'aab',
  'aaaa',
  'a-b',
  '-',
  'x1y',
  'é',
  '😀',
  '😀a',
  '\n',
  'a\nb',
  '2026-11-29',
  'A',
  ' a ',
];

describe('compileLinearPattern', () => {
  test.for([
    'a',
    '^a',
    'a$',
    '^$',
    '',
    'a|b',
    '^(a|b)+$',
    '^(a+)+$',
    '^(?:a*)*$',
    '(?:)*',
    '(?:){3}',
    '^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$',
    '^(?<year>\\d{4})-\\d\\d-\\d\\d$',
    '^.$',
    '^[^a]$',
    '[\\]\\-]',
    '[]',
    '[^]',
    '^\\p{L}$',
    '^\\u{1F600}',
    '^\\ud83d\\ude00$',
    '\\x61',
    '\\u0061{2,}',
    '^a{2}',
    '^a{1,2}?$',
    'a+?b',
    '^\\s|\\S\\s$',
    '(^a|b$)',
    '\\.|\\$',
    '\\n',
    '\\cJ',
    'a{0}b',
  ])('%s is found where RegExp finds it', (source) => {
    const pattern = compileLinearPattern(source);
    const backtracking = new RegExp(source, 'u');
    for (const text of TEXTS)
      expect(`${text}: ${pattern.test(text)}`).toBe(`${text}: ${backtracking.test(text)}`);
  });

  test('any pattern of its parts is found where RegExp finds it', () => {
    const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '^', '$', '\\w', ''),
        fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `${left}${right}`),
        fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `(?:${left}|${right})`),
        fc
          .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '*?'))
          .map(([part, quantifier]) => `(?:${part})${quantifier}`),
      ),
    }));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n'), maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (source, given) => {
        fc.pre(source.length < 60);
        expect(compileLinearPattern(source).test(given)).toBe(new RegExp(source, 'u').test(given));
      }),
      { numRuns: 2000 },
    );
  });

  test.for<[string, string, string]>([
    ['a look-ahead', '^(?=a)', 'looks ahead or behind'],
    ['a negative look-ahead', '(?!a)b', 'looks ahead or behind'],
    ['a look-behind', '(?<=a)b', 'looks ahead or behind'],
    ['a negative look-behind', '(?<!a)b', 'looks ahead or behind'],
    ['a reference to a group', '(a+)\\1', 'refers back'],
    ['a reference to a named group', '(?<x>a+)\\k<x>', 'refers back'],
    ['the boundary of a word', '\\bfoo', 'boundary of a word'],
    ['a change of flags', '(?i:a)', 'changes its flags'],
    ['too many repetitions', 'a{1001}', 'more than 1000 steps'],
    ['too many repetitions of repetitions', '((a{20}){20}){20}', 'more than 1000 steps'],
    ['too many repetitions of nothing', '(?:(?:(?:){999}){999}){999}', 'more than 1000 steps'],
    ['too many groups in one another', `${'('.repeat(100)}${')'.repeat(100)}`, 'nests more than 64 groups'],
    ['groups without end', '('.repeat(100_000), 'is not a regular expression'],
    ['what is no regular expression', '[', 'is not a regular expression'],
  ])('%s is refused', ([, source, message]) => {
    expect(() => compileLinearPattern(source)).toThrow(PatternError);
    expect(() => compileLinearPattern(source)).toThrow(message);
  });

  // An engine that backtracks would not end before the sun does.
  test.for(['^(a+)+$', '^(a|a)*$', '^(a|aa)+$', '^([a-z]+)*$', '(a*)*b', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    '%s ends on a text of which engines that backtrack do not end',
    (source) => {
      expect(compileLinearPattern(source).test(`${'a'.repeat(20_000)}!`)).toBe(false);
    },
  );

  test('a pattern of many steps is not tried on a text without end', () => {
    const pattern = compileLinearPattern('^.*[a-z]{1,400}!');
    expect(pattern.test(`${'a'.repeat(1_000)}!`)).toBe(true);
    expect(() => pattern.test('a'.repeat(250_000))).toThrow(PatternError);
  });
});
