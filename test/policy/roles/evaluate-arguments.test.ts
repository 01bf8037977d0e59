import { describe, expect, test } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import { evaluateArguments } from '../../../src/policy/roles/evaluate-arguments.ts';

type Schema = Record<string, unknown>;

const evaluate = (schemas: readonly (Schema | undefined)[]) =>
  evaluateArguments({
    spec: { tools: schemas.map((schema) => ({ arguments: schema })) },
  } as unknown as AgentRole);

/** A schema of so many properties, of three values each. */
const properties = (count: number): Schema => ({
  type: 'object',
  properties: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`p${index}`, { type: 'integer', minimum: index }]),
  ),
});
const list = (count: number, item: (index: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, index) => item(index));

describe('the schema of the arguments of a tool', () => {
  test.for<[string, Schema | undefined]>([
    ['none', undefined],
    ['of some properties', properties(3)],
    ['with a pattern that never ends where an engine backtracks', { type: 'string', pattern: '^(a+)+$' }],
    ['of an optional list', { type: ['array', 'null'], items: { type: 'string' } }],
  ])('%s is accepted', ([, schema]) => {
    expect(evaluate([schema])).toEqual([]);
  });

  test.for<[string, Schema, string]>([
    ['of more than 32 KiB', { description: 'x'.repeat(32_768) }, 'must be at most 32768 bytes'],
    ['with a reference', { properties: { a: { $ref: '#/a' } } }, 'without references'],
    ['that is too deep', JSON.parse('{"not":'.repeat(40) + '{}' + '}'.repeat(40)), 'without references'],
    ['of more than 1,024 values', properties(341), 'must have at most 1024 values'],
    ['with a keyword that does not exist', { type: 'object', propertys: {} }, 'draft 2020-12'],
    ['with a keyword of another type', { type: 'string', minimum: 1 }, 'draft 2020-12'],
    ['with a value that the keyword does not have', { type: 'strin' }, 'draft 2020-12'],
    ['with a pattern that is none', { type: 'string', pattern: '(' }, 'draft 2020-12'],
    ['with a pattern that has to backtrack', { type: 'string', pattern: '^(?!a).*$' }, 'draft 2020-12'],
    [
      'with a pattern of names that has to backtrack',
      { type: 'object', patternProperties: { '(a+)\\1': true } },
      'draft 2020-12',
    ],
  ])('%s is refused', ([, schema, required]) => {
    const findings = evaluate([undefined, schema]);
    expect(findings).toMatchObject([
      { field: 'spec.tools[1].arguments', required: expect.stringContaining(required) },
    ]);
  });

  test('may have the $id of another', () => {
    const schema = { $id: 'https://example.com/a', type: 'object' };
    expect(evaluate([schema, { ...schema }])).toEqual([]);
  });

  test('is looked at for every tool', () => {
    const fields = evaluate([{ type: 'strin' }, properties(1), { $ref: '#' }]).map(({ field }) => field);
    expect(fields).toEqual(['spec.tools[0].arguments', 'spec.tools[2].arguments']);
  });
});

describe('the schemas of a role', () => {
  // 340 properties are 1,023 values: two of the schema, one of `properties`, and three of each property.
  test('have at most 4,096 values together', () => {
    const full = properties(340);
    expect(evaluate([full, full, full, full])).toEqual([]);
    expect(evaluate([full, full, full, full, properties(1)])).toMatchObject([
      {
        field: 'spec.tools[4].arguments',
        found: '4098 values with those of the tools before it',
        required: expect.stringContaining('at most 4096 values in all tools'),
      },
    ]);
  });

  // The most that the schema of an AgentRole admits, and the keywords that cost the compiler most. The bound is of processor
  // time, which other processes do not change; what is admitted took 9.5 s of it when there was no bound.
  test.for<[string, readonly Schema[]]>([
    ['128 tools of 110 properties', list(128, () => properties(110)) as Schema[]],
    ['128 tools of few', list(128, () => properties(10)) as Schema[]],
    [
      'patterns of names',
      list(4, (role) => ({
        type: 'object',
        patternProperties: Object.fromEntries(
          list(500, (index) => [`^${role}-${index}`, { type: 'null' }]) as [string, object][],
        ),
      })) as Schema[],
    ],
    [
      'properties that are not evaluated',
      list(4, () => ({
        type: 'object',
        unevaluatedProperties: false,
        allOf: list(250, (index) => ({ properties: { [`p${index}`]: { not: {} } } })),
      })) as Schema[],
    ],
    ['choices', list(4, () => ({ oneOf: list(250, (index) => ({ enum: [index, []] })) })) as Schema[]],
  ])('take little of the processor: %s', ([, schemas]) => {
    const before = process.cpuUsage();
    evaluate(schemas);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(2_000);
  });
});
