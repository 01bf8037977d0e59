import { describe, expect, test } from 'vitest';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';
import { unreadable } from './unreadable-documents.ts';

const read = (text: string): object[] =>
  [...readDocuments(text, { file: 'a.yaml' })].map((document) => ({
    ...document,
    file: undefined,
    locate: undefined,
  }));

const readable: readonly { name: string; text: string; expected: object[] }[] = [
  { name: 'nothing at all', text: '', expected: [] },
  { name: 'comments and separators only', text: '# a\n---\n---\n  # b\n', expected: [] },
  {
    name: 'documents that hold something are counted, with their line',
    text: '---\n# a\nkind: A\n---\n# b\n---\nkind: B\n',
    expected: [
      { document: 0, line: 3, object: { kind: 'A' } },
      { document: 1, line: 7, object: { kind: 'B' } },
    ],
  },
  {
    name: 'Windows line ends',
    text: 'kind: A\r\n---\r\nkind: |\r\n  B\r\n',
    expected: [
      { document: 0, line: 1, object: { kind: 'A' } },
      { document: 1, line: 3, object: { kind: 'B\n' } },
    ],
  },
  {
    name: 'a byte order mark',
    text: '\uFEFFkind: A',
    expected: [{ document: 0, line: 1, object: { kind: 'A' } }],
  },
  {
    name: 'a byte order mark at the start of the second document',
    text: 'kind: A\n---\n\uFEFFkind: B',
    expected: [
      { document: 0, line: 1, object: { kind: 'A' } },
      { document: 1, line: 3, object: { kind: 'B' } },
    ],
  },
  {
    name: 'a byte order mark within a line',
    text: 'kind: "\uFEFFA"',
    expected: [{ document: 0, line: 1, object: { kind: '\uFEFFA' } }],
  },
  {
    name: 'a key that a merge key brings and the mapping itself has',
    text: 'a: &x {p: 1}\nb: {<<: *x, p: 2}\nc: {p: 2, <<: *x}\nd: {<<: [*x, {p: 3}]}\n',
    expected: [{ document: 0, line: 1, object: { a: { p: 1 }, b: { p: 2 }, c: { p: 1 }, d: { p: 1 } } }],
  },
  {
    name: 'items of a List, with their own lines',
    text: 'kind: List\nitems:\n- kind: A\n- kind: B\n',
    expected: [
      { document: 0, item: 0, line: 3, object: { kind: 'A' } },
      { document: 0, item: 1, line: 4, object: { kind: 'B' } },
    ],
  },
  {
    name: 'items of a typed List take its kind',
    text: 'apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n',
    expected: [
      { document: 0, item: 0, line: 4, object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } } },
    ],
  },
  {
    name: 'a List in a List',
    text: 'kind: List\nitems:\n- kind: A\n- kind: List\n  items: [{kind: B}]\n',
    expected: [
      { document: 0, item: 0, line: 3, object: { kind: 'A' } },
      { document: 0, item: 1, line: 1, object: { kind: 'B' } },
    ],
  },
  { name: 'an empty List', text: 'kind: List\nitems: []\n', expected: [] },
  {
    name: 'JSON objects in a row, then YAML after one',
    text: '{"kind":"A"}\n---\nkind: B\n',
    expected: [
      { document: 0, line: 1, object: { kind: 'A' } },
      { document: 1, line: 3, object: { kind: 'B' } },
    ],
  },
  {
    name: 'a List in JSON',
    text: '{"kind": "List",\n"items": [\n{"kind": "A"},\n{"kind": "B"}]}',
    expected: [
      { document: 0, item: 0, line: 3, object: { kind: 'A' } },
      { document: 0, item: 1, line: 4, object: { kind: 'B' } },
    ],
  },
  {
    name: 'quotes and backslashes in JSON, behind two objects, where nothing is tried as YAML',
    text: String.raw`{"kind":"A"}{"kind":"B"}{"a": "x\\", "b": "x\\\"y", "c": "x\"y"}`,
    expected: [
      { document: 0, line: 1, object: { kind: 'A' } },
      { document: 1, line: 1, object: { kind: 'B' } },
      { document: 2, line: 1, object: { a: 'x\\', b: 'x\\"y', c: 'x"y' } },
    ],
  },
  {
    name: 'a key that objects have from birth',
    text: 'constructor: 1\ntoString: 2\n',
    expected: [{ document: 0, line: 1, object: { constructor: 1, toString: 2 } }],
  },
];

test.for(readable)('$name', ({ text, expected }) => {
  expect(read(text)).toEqual(expected);
});

test('a key named __proto__ is a key and changes no prototype', () => {
  for (const text of ['__proto__: {privileged: true}', '{"__proto__": {"privileged": true}}']) {
    const [document] = [...readDocuments(text, { file: 'a.yaml' })];
    const object = document !== undefined && 'object' in document ? document.object : {};
    expect(Object.keys(object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  }
});

describe('what cannot be read is reported with its line, and the next document is read', () => {
  test.for(unreadable)('$name', ({ text, line, error }) => {
    const next = { document: 1, object: { kind: 'Next' } };
    const [fault, ...others] = read(`${text}\n---\nkind: Next\n`);
    expect(fault).toMatchObject({ document: 0, line, error: expect.stringMatching(error) as string });
    expect(others).toMatchObject([next]);
  });
});

test('what kubectl ignores behind a line of ... is reported', () => {
  const [first, second] = read('kind: A\n...\nkind: B\n');
  expect(first).toMatchObject({ document: 0, object: { kind: 'A' } });
  expect(second).toMatchObject({
    document: 1,
    line: 3,
    error: expect.stringContaining('kubectl ignores') as string,
  });
});

test('a fault behind several JSON objects is reported and reading goes on at the next separator', () => {
  const documents = read('{"kind":"A"}{"kind":"B"}\nx\n---\nkind: C\n');
  expect(documents).toMatchObject([
    { document: 0 },
    { document: 1 },
    { document: 2, line: 2 },
    { object: { kind: 'C' } },
  ]);
});

test('YAML behind several JSON objects is not read, since kubectl refuses it', () => {
  expect(read('{"kind":"A"}{"kind":"B"}\nkind: C\n---\nkind: D\n')).toMatchObject([
    { object: { kind: 'A' } },
    { object: { kind: 'B' } },
    { line: 2, error: expect.stringContaining('JSON') as string },
    { object: { kind: 'D' } },
  ]);
});

test('aliases that expand to far more than was written are refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level += 1) {
    lines.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]`);
  }
  expect(read(lines.join('\n'))).toMatchObject([
    { error: expect.stringContaining('aliases expand') as string },
  ]);
});

test('an alias is a copy', () => {
  const [document] = [...readDocuments('a: &x {b: 1}\nc: *x\n', { file: 'a.yaml' })];
  const object = document !== undefined && 'object' in document ? document.object : {};
  expect(object['a']).toEqual(object['c']);
  expect(object['a']).not.toBe(object['c']);
});

test('values nested deeper than the call stack are refused', () => {
  const depth = 50_000;
  const texts = [
    `a: ${'['.repeat(depth)}${']'.repeat(depth)}`,
    `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
  ];
  for (const text of texts) {
    expect(read(text)).toMatchObject([{ error: expect.stringMatching(/nested|nesting/) as string }]);
  }
});

test('a value under a quoted <<, which merges nothing, is found at its own line', () => {
  const [document] = readDocuments('kind: A\n"<<":\n  value: 1\n', { file: 'a.yaml' });
  if (document === undefined || 'error' in document) throw new Error('the document cannot be read');
  expect(document.object).toEqual({ kind: 'A', '<<': { value: 1 } });
  expect(document.locate?.([['<<', 'value']])).toEqual([{ line: 3, column: 10, written: '1' }]);
});
