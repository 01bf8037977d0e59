import { describe, expect, test } from 'vitest';
import type { KindDefinition } from '../../src/api/kind-definition.ts';
import { kinds } from '../../src/api/kinds.ts';
import { badObjects } from './bad-objects/index.ts';

const definitionOf = (object: Readonly<Record<string, unknown>>): KindDefinition | undefined =>
  kinds.find(({ kind }) => kind === object['kind']);

/** What only the API server says: CEL rules, list types, sizes of maps and strict decoding are not part of a zod schema. */
const ONLY_THE_SERVER = /Duplicate|unknown field|properties/;

const shapes = badObjects.filter(
  ({ by, message }) =>
    by === 'Schema' &&
    !ONLY_THE_SERVER.test(message.source) &&
    /^(Required|Too|should match|Unsupported|greater|less|at least|must be of type)/.test(message.source),
);

describe('without a server, the schema refuses what is out of shape', () => {
  test.for(shapes)('$name', ({ object, field }) => {
    const parsed = definitionOf(object)?.schema.safeParse(object);
    const named = parsed?.error?.issues.map(({ path }) =>
      path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join(''),
    );
    expect(named).toContain(`.${field}`);
  });
});

test('the table is as long as was promised, and names no row twice within a kind', () => {
  expect(badObjects.length).toBeGreaterThanOrEqual(60);
  const names = badObjects.map(({ name, object, by }) => `${String(object['kind'])}: ${name}: ${by}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
