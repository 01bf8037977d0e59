import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { findBreaches } from '../../src/api/find-breaches.ts';
import type { KindDefinition } from '../../src/api/kind-definition.ts';
import { kinds } from '../../src/api/kinds.ts';
import { marksOf, schemaOfValue } from '../../src/api/read-schema.ts';
import { distinctList, keyedList } from '../../src/api/shape/lists.ts';
import { rules } from '../../src/api/shape/rules.ts';
import { kindSchema } from '../../src/api/structural/kind-schema.ts';
import type { StructuralSchema } from '../../src/api/structural/structural-schema.ts';

const MARKS = [
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
  'minProperties',
  'maxProperties',
] as const;

type Marks = Readonly<Partial<Record<(typeof MARKS)[number], unknown>>>;

const lineOf = (path: string, marks: Marks): string =>
  `${path}: ${JSON.stringify(MARKS.map((mark) => [mark, marks[mark]]).filter(([, value]) => value !== undefined))}`;

const marksOfDefinition = (schema: StructuralSchema, path: string): string[] => [
  lineOf(path, schema),
  ...(schema.items ? marksOfDefinition(schema.items, `${path}[*]`) : []),
  ...(schema.additionalProperties ? marksOfDefinition(schema.additionalProperties, `${path}.*`) : []),
  ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    marksOfDefinition(child, `${path}.${name}`),
  ),
];

const marksOfSchema = (outer: z.ZodType, path: string): string[] => {
  const schema = schemaOfValue(outer);
  const marks: Marks = marksOf(outer);
  const below = (child: unknown, name: string): string[] => marksOfSchema(child as z.ZodType, path + name);
  const line = lineOf(path, marks);
  if (schema instanceof z.ZodArray) return [line, ...below(schema.element, '[*]')];
  if (schema instanceof z.ZodObject) {
    return [line, ...Object.entries(schema.shape).flatMap(([name, child]) => below(child, `.${name}`))];
  }
  const isFree = marks['x-kubernetes-preserve-unknown-fields'] === true;
  return schema instanceof z.ZodRecord && !isFree ? [line, ...below(schema.valueType, '.*')] : [line];
};

const ofOurs = (line: string): boolean => !line.startsWith('.metadata');

test.for(kinds.map((definition): [string, KindDefinition] => [definition.kind, definition]))(
  'what is evaluated of %s is what its CustomResourceDefinition says',
  ([, definition]) => {
    const evaluated = marksOfSchema(definition.schema, '').filter(ofOurs);
    expect(evaluated).toEqual(
      marksOfDefinition(kindSchema(definition), '').filter(ofOurs).toSorted(byOrderOf(evaluated)),
    );
    expect(evaluated.filter((line) => line.includes('x-kubernetes-')).length).toBeGreaterThan(1);
  },
);

function byOrderOf(lines: readonly string[]): (left: string, right: string) => number {
  return (left, right) => lines.indexOf(left) - lines.indexOf(right);
}

describe('a breach', () => {
  const item = z.object({ name: z.string(), size: z.int().default(0) });
  const fieldsOf = (schema: z.ZodType, value: unknown): string[] =>
    findBreaches(schema, value).map(({ path, found, requirement }) =>
      [path.join('.'), found, requirement].join(' | '),
    );
  const rule = (text: string, fieldPath?: string) =>
    rules({ rule: text, message: 'must be otherwise', ...(fieldPath === undefined ? {} : { fieldPath }) });

  test('is a rule that is false, at the field that it names', () => {
    const schema = z.object({ a: z.object({ b: z.int() }) }).meta(rule('self.a.b > 1', '.a.b'));
    expect(fieldsOf(schema, { a: { b: 1 } })).toEqual(['a.b |  | must be otherwise']);
    expect(fieldsOf(schema, { a: { b: 2 } })).toEqual([]);
  });

  test('is a rule that cannot be evaluated', () => {
    const schema = z.object({ a: z.int().optional() }).meta(rule('self.a > 1'));
    expect(fieldsOf(schema, {})).toEqual([' |  | must be otherwise']);
    expect(
      fieldsOf(z.string().meta(rule("quantity(self).isGreaterThan(quantity('0'))")), 'much'),
    ).toHaveLength(1);
    expect(fieldsOf(z.string().meta(rule("url(self).getHostname() != ''")), 'no URL')).toHaveLength(1);
  });

  test('is not a rule about a change', () => {
    expect(fieldsOf(z.object({ a: z.int() }).meta(rule('self.a == oldSelf.a')), { a: 1 })).toEqual([]);
  });

  test('is found in the items of lists and the entries of maps, each at its place', () => {
    const positive = z.int().meta(rule('self > 0'));
    const schema = z.object({ list: z.array(positive), map: z.record(z.string(), positive) });
    expect(fieldsOf(schema, { list: [1, 0, -1], map: { a: 1, b: 0 } })).toEqual([
      'list.1 |  | must be otherwise',
      'list.2 |  | must be otherwise',
      'map.b |  | must be otherwise',
    ]);
  });

  test('is evaluated with the defaults that the object has', () => {
    const schema = keyedList(item, ['name', 'size'], 8);
    const value = schema.parse([
      { name: 'a' },
      { name: 'b', size: 0 },
      { name: 'a', size: 0 },
      { name: 'a', size: 1 },
    ]);
    expect(fieldsOf(schema, value)).toEqual([
      '2 | has the name "a" and size 0 of item 0 | must have another name or size',
    ]);
  });

  test('is a value that a set has already, and each further one', () => {
    expect(fieldsOf(distinctList(z.string(), 8), ['a', 'b', 'a', 'a'])).toEqual([
      '2 | is "a", as item 0 is | must be listed once',
      '3 | is "a", as item 0 is | must be listed once',
    ]);
    expect(fieldsOf(z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }), ['a', 'a'])).toEqual(
      [],
    );
    expect(fieldsOf(z.array(z.string()), ['a', 'a'])).toEqual([]);
  });

  test('is a map that is too small or too large', () => {
    const schema = z.record(z.string(), z.string()).meta({ minProperties: 1, maxProperties: 2 });
    expect(fieldsOf(schema, {})).toEqual([' | is empty | must have at least 1 entry']);
    expect(fieldsOf(schema, { a: '', b: '' })).toEqual([]);
    expect(fieldsOf(schema, { a: '', b: '', c: '' })).toEqual([
      ' | has 3 entries | must have at most 2 entries',
    ]);
  });

  test('is found where a name is a word of CEL, which only a field of an object escapes', () => {
    const object = z.object({ namespace: z.string() }).meta(rule("self.__namespace__ == 'a'"));
    expect(fieldsOf(object, { namespace: 'a' })).toEqual([]);
    const iterated = z.object({ for: z.int(), in: z.int() }).meta(rule('self.__for__ == self.__in__'));
    expect(fieldsOf(iterated, { for: 1, in: 1 })).toEqual([]);
    expect(fieldsOf(iterated, { for: 1, in: 2 })).toHaveLength(1);
    const map = z.record(z.string(), z.string()).meta(rule("self['namespace'] == 'a'"));
    expect(fieldsOf(map, { namespace: 'a' })).toEqual([]);
  });

  test.for([
    ["self.all(x, x.startsWith('a'))", ['a', 'ab'], ['a', 'b']],
    ['self.exists_one(x, x == 1)', [1, 2], [1, 1]],
    ["sets.intersects(self, ['a', 'b'])", ['c', 'b'], ['c', 'd']],
    ['self.filter(x, x > 1).size() == self.map(x, x + 1).size()', [2, 3], [1, 2]],
    ["quantity(string(self[0])).isLessThan(quantity('1Ki'))", ['1k'], [1024]],
    [
      "url(self[0]).getHostname() == 'a.example'",
      ['https://a.example:8443/b'],
      ['https://b.example/a.example'],
    ],
  ] as const)('%s holds of %j and not of %j', ([text, good, bad]) => {
    const schema = z.array(z.union([z.string(), z.int()])).meta(rule(text));
    expect(fieldsOf(schema, good)).toEqual([]);
    expect(fieldsOf(schema, bad)).toHaveLength(1);
  });
});
