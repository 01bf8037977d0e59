import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';
import { writeDocument } from '../../../src/lib/yaml/write-document.ts';

// Words and characters that some reader takes for something else than the text they are.
const trickyText = fc.oneof(
  fc
    .string({ unit: 'binary', maxLength: 12 })
    .filter((text) => text.isWellFormed() && !text.includes('\u0000')),
  fc.constantFrom(
    'yes',
    'y',
    'on',
    '010',
    '0X1F',
    '0b-1',
    '1_0',
    '.5_0',
    '<<',
    '~',
    '',
    '---',
    'a\n---\nb',
    '---a',
    '...',
    '\u2028',
    '\uFEFF',
    '\u0085',
    '# a',
    '- a',
    'a: b',
  ),
);
const number = fc
  .oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => value + 0);
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    trickyText,
    number.filter((one) => !isUnsafe(one)),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(trickyText, tie('value'), { maxKeys: 4 }),
}));
const object = fc.dictionary(
  trickyText.filter((key) => key !== 'items'),
  json,
  { maxKeys: 5, noNullPrototype: true },
);

// Integers within 64 bits that a number rounds are refused.
function isUnsafe(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) <= 2 ** 63;
}

const objectsIn = (text: string): unknown[] =>
  [...readDocuments(text, { file: 'a' })].map((read) => ('object' in read ? read.object : read));

test('an object written as JSON reads back the same', () => {
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
      expect(objectsIn(JSON.stringify(value, undefined, indent))).toStrictEqual([
        JSON.parse(JSON.stringify(value)),
      ]);
    }),
  );
});

test('an object written for kubectl reads back the same', () => {
  fc.assert(
    fc.property(object, (value) => {
      expect(objectsIn(writeDocument(value))).toStrictEqual([JSON.parse(JSON.stringify(value))]);
    }),
  );
});

test('documents are neither lost nor merged', () => {
  fc.assert(
    fc.property(
      fc.array(object, { maxLength: 6 }),
      fc.constantFrom('---\n', '--- # x\n', '---\n\n---\n# y\n', '---\r\n'),
      (values, separator) => {
        const text = values.map((value) => writeDocument({ ...value, kind: 'A' })).join(separator);
        expect(objectsIn(text)).toHaveLength(values.length);
      },
    ),
  );
});

test('a broken document hides no other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
      fc.constantFrom('a: [', 'a: b: c', '"', '{', '- a\nb', '\t', '&x', '*x', '%a'),
      (pattern, broken) => {
        const text = pattern
          .map((isWhole, index) => (isWhole ? `kind: A${index}\n` : `k: 1\n${broken}\n`))
          .join('---\n');
        const expected = pattern.flatMap((isWhole, index) => (isWhole ? [{ kind: `A${index}` }] : []));
        expect(
          objectsIn(text).filter((read) => typeof read === 'object' && read !== null && 'kind' in read),
        ).toEqual(expected);
      },
    ),
  );
});

const marks = [
  '---\n',
  '...\n',
  ': ',
  '- ',
  '? ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '|\n',
  '>\n',
  '&a ',
  '*a',
  '<<: ',
  '! ',
  '!!int ',
  '#',
  '\n',
  '  ',
  '\t',
  '\r',
  'a',
  '1',
  '\\',
  '%',
  '\uFEFF',
];

test('garbage never throws, and every line reported lies in the text', () => {
  const garbage = fc.oneof(
    fc.array(fc.constantFrom(...marks), { maxLength: 30 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(garbage, (text) => {
      const lines = text.split('\n').length;
      for (const { line } of readDocuments(text, { file: 'a' })) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines + 1);
      }
    }),
    { numRuns: 2000 },
  );
});
