import { describe, expect, test } from 'vitest';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';

const read = (text: string): object[] =>
  [...readDocuments(text, { file: 'a.yaml' })].map((document) => ({ ...document, file: undefined }));

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

const unreadable: readonly { name: string; text: string; line: number; error: RegExp }[] = [
  { name: 'a broken bracket', text: 'kind: A\nx: [1\ny: 2\n', line: 3, error: /flow collection/ },
  { name: 'a duplicate key', text: 'kind: A\nx:\n  a: 1\n  a: 2\n', line: 4, error: /"a" appears twice/ },
  {
    name: 'a duplicate key in JSON',
    text: '{"kind": "A",\n"a": 1,\n"a": 2}',
    line: 3,
    error: /"a" appears twice/,
  },
  {
    name: 'a duplicate key after conversion',
    text: 'yes: 1\n"true": 2',
    line: 2,
    error: /"true" appears twice/,
  },
  {
    name: 'a duplicate key after a merge key',
    text: 'a: &x {p: 1}\nb:\n  <<: *x\n  q: 1\n  q: 2\n',
    line: 5,
    error: /"q" appears twice/,
  },
  {
    name: 'a duplicate of a merged key after a merge key',
    text: 'a: &x {p: 1}\nb:\n  <<: *x\n  p: 1\n  p: 2\n',
    line: 5,
    error: /"p" appears twice/,
  },
  {
    name: 'a duplicate key on both sides of a merge key',
    text: 'a: &x {p: 1}\nb:\n  q: 1\n  <<: *x\n  q: 2\n',
    line: 5,
    error: /"q" appears twice/,
  },
  {
    name: 'a duplicate key in what is merged',
    text: 'b:\n  <<:\n    p: 1\n    p: 2\n',
    line: 4,
    error: /"p" appears twice/,
  },
  {
    name: 'a duplicate spec',
    text: 'kind: Pod\nspec: {}\nspec: {hostNetwork: true}\n',
    line: 3,
    error: /"spec" appears twice/,
  },
  {
    name: 'a duplicate spec in JSON',
    text: '{"kind": "Pod",\n"spec": {},\n"spec": {"hostNetwork": true}}',
    line: 3,
    error: /"spec" appears twice/,
  },
  {
    name: 'a duplicate spec in JSON, written with an escape',
    text: '{"kind": "Pod",\n"spec": {},\n"\\u0073pec": {"hostNetwork": true}}',
    line: 3,
    error: /"spec" appears twice/,
  },
  {
    name: 'a duplicate key deep in JSON',
    text: '{"spec": {"containers": [{"securityContext": {"privileged": false,\n"privileged": true}}]}}',
    line: 2,
    error: /"privileged" appears twice/,
  },
  {
    name: 'a byte order mark at the start of a line',
    text: 'kind: Pod\n\uFEFFspec: {hostNetwork: true}\n',
    line: 2,
    error: /skips the character U\+FEFF here/,
  },
  {
    name: 'a byte order mark behind a carriage return',
    text: 'kind: Pod\rx: 1\r\uFEFFspec: {hostNetwork: true}\n',
    line: 1,
    error: /skips the character U\+FEFF here/,
  },
  { name: 'a tab as indentation', text: 'kind: A\nx:\n\t- 1\n', line: 3, error: /tab characters/ },
  { name: 'text behind a separator', text: '--- kind: A\n', line: 1, error: /follows --- on one line/ },
  ...['\r', '\u0085', '\u2028', '\u2029'].map((lineBreak) => ({
    name: `a document behind U+${lineBreak.charCodeAt(0).toString(16)} in the comment of a separator`,
    text: `--- # a${lineBreak}kind: A\n`,
    line: 1,
    error: /behind which kubectl may read on: remove it/,
  })),
  { name: 'a list', text: '\n- kind: A\n', line: 2, error: /is a list: a manifest is an object/ },
  { name: 'a plain text', text: 'hello', line: 1, error: /is the string "hello"/ },
  { name: 'items that are no list', text: 'kind: List\nitems: 3\n', line: 1, error: /items is the number 3/ },
  { name: 'an item that is no object', text: 'items: [a]\n', line: 1, error: /items\[0\] is the string "a"/ },
  { name: 'an unknown alias', text: 'kind: A\nx: *y\n', line: 2, error: /\*y has no anchor/ },
  { name: 'an anchor in itself', text: 'x: &y [*y]\n', line: 1, error: /contains its own alias/ },
  { name: 'a mapping as a key', text: 'kind: A\n{a: b}: c\n', line: 2, error: /is used as a key/ },
  {
    name: 'a template that nobody rendered',
    text: 'kind: A\nx: {{ .y }}\n',
    line: 2,
    error: /is used as a key.*has to be rendered first/,
  },
  {
    name: 'a condition of a template',
    text: '{{- if .x }}\nkind: A\n',
    line: 1,
    error: /has to be rendered first/,
  },
  { name: 'a null key', text: 'kind: A\n~: c\n', line: 2, error: /key is empty or null/ },
  { name: 'a merge of a text', text: 'kind: A\n<<: b\n', line: 2, error: /<< takes a mapping/ },
  { name: 'infinity', text: 'kind: A\nx: .inf\n', line: 2, error: /\.inf has no form in JSON/ },
  {
    name: 'an integer that would be rounded',
    text: 'kind: A\nx: 9007199254740993\n',
    line: 2,
    error: /beyond 2\^53/,
  },
  {
    name: 'such an integer in JSON',
    text: '{"kind": "A",\n"x": 9007199254740993}',
    line: 2,
    error: /beyond 2\^53/,
  },
  { name: 'a number out of range in JSON', text: '{"x": 1e400}', line: 1, error: /out of range/ },
  {
    name: 'a line separator',
    text: 'kind: A\nx: a\u2028b: c\n',
    line: 2,
    error: /reads as a line break the character U\+2028 here/,
  },
  {
    name: 'a hidden key in braces',
    text: 'kind: A\nx: {?privileged: true}\n',
    line: 2,
    error: /starts with \?/,
  },
  {
    name: 'a colon before a bracket',
    text: 'kind: A\nx: [a:]\n',
    line: 2,
    error: /followed by : and no blank/,
  },
  { name: 'an anchor with odd characters', text: 'kind: A\nx: &y: 1\n', line: 2, error: /anchor name "y:"/ },
  {
    name: 'a value that does not fit its tag',
    text: 'kind: A\nx: !!int yes\n',
    line: 2,
    error: /"yes" is not a int/,
  },
  { name: 'binary that is not text', text: 'kind: A\nx: !!binary /w==\n', line: 2, error: /not UTF-8/ },
];

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
