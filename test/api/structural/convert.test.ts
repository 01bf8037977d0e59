import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { byteQuantity } from '../../../src/api/shape/quantities.ts';
import { convertSchema } from '../../../src/api/structural/convert.ts';

describe('what is kept', () => {
  test('descriptions, defaults, bounds, patterns and list types', () => {
    const schema = z.object({
      name: z.string().min(1).max(5).regex(/^\/a$/).describe('A name.'),
      items: z.array(z.int().min(1).max(3)).max(2).default([]).meta({ 'x-kubernetes-list-type': 'set' }),
    });
    expect(convertSchema(schema)).toEqual({
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', description: 'A name.', minLength: 1, maxLength: 5, pattern: '^/a$' },
        items: {
          type: 'array',
          default: [],
          maxItems: 2,
          'x-kubernetes-list-type': 'set',
          items: { type: 'integer', format: 'int64', minimum: 1, maximum: 3 },
        },
      },
    });
  });

  test('CEL rules', () => {
    const rules = [{ rule: 'true', message: 'm' }];
    const schema = z.object({}).meta({ 'x-kubernetes-validations': rules });
    expect(convertSchema(schema)).toEqual({
      type: 'object',
      properties: {},
      'x-kubernetes-validations': rules,
    });
  });

  test('a map names its values and no properties', () => {
    expect(convertSchema(z.record(z.string(), z.string().max(1)).meta({ maxProperties: 2 }))).toEqual({
      type: 'object',
      maxProperties: 2,
      additionalProperties: { type: 'string', maxLength: 1 },
    });
  });

  test('a free object is kept as it is', () => {
    const free = z.record(z.string(), z.unknown()).meta({ 'x-kubernetes-preserve-unknown-fields': true });
    expect(convertSchema(free)).toEqual({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
  });
});

test('the largest safe integers, which stand for no bound, are dropped', () => {
  expect(convertSchema(z.int())).toEqual({ type: 'integer', format: 'int64' });
});

test('a quantity is a number or a string, with the bounds of the string', () => {
  const converted = convertSchema(byteQuantity('1Gi').describe('A size.').default('1Mi'));
  expect(converted).toMatchObject({
    'x-kubernetes-int-or-string': true,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    default: '1Mi',
    description: 'A size.',
    maxLength: 20,
  });
  expect(converted).not.toHaveProperty('type');
});

test.for([
  ['a union', z.object({ a: z.union([z.string(), z.int()]) }), /^\.a: .*anyOf/],
  ['an intersection of texts', z.intersection(z.string().min(1), z.string().max(2)), /allOf/],
  ['a schema that refers to itself', selfReference(), /^\.child: .*(allOf|\$ref)/],
  ['a strict object', z.strictObject({ a: z.string() }), /additionalProperties/],
  ['a value of any type', z.object({ a: z.unknown() }), /^\.a: .*without a type/],
  ['a tuple', z.object({ a: z.tuple([z.string()]) }), /^\.a/],
  ['a null', z.object({ a: z.string().nullable() }), /^\.a: .*nullable/],
  ['a key that nobody knows', z.string().meta({ deprecated: true }), /deprecated/],
] as const)('%s cannot be held and is refused', ([, schema, message]) => {
  expect(() => convertSchema(schema)).toThrow(message);
});

function selfReference(): z.ZodType {
  const node: z.ZodType = z.object({
    get child() {
      return node.optional();
    },
  });
  return node;
}
