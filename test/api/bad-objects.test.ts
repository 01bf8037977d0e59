import { describe, expect, test } from 'vitest';
import { celEnvironment } from '../../src/api/cel-environment.ts';
import { describeProblems } from '../../src/api/describe-problems.ts';
import type { KindDefinition } from '../../src/api/kind-definition.ts';
import { kinds } from '../../src/api/kinds.ts';
import { kindSchema, rulesWithin } from '../../src/api/structural/kind-schema.ts';
import type { BadObject } from './bad-objects/bad-object.ts';
import { badObjects } from './bad-objects/index.ts';
import { goodObjects } from './good-objects.ts';

const definitionOf = (object: Readonly<Record<string, unknown>>): KindDefinition => {
  const definition = kinds.find(({ kind }) => kind === object['kind']);
  if (definition === undefined) throw new Error(`no kind ${String(object['kind'])}`);
  return definition;
};

const problemsOf = (object: Readonly<Record<string, unknown>>): readonly string[] =>
  describeProblems(definitionOf(object), object);

/** What the API server and no rule of ours says: these words are not looked for without it. */
const WORDS_OF_THE_SERVER =
  /^(Required|Too|should match|Unsupported|greater|less|at least|at most|must be of type|Duplicate|unknown field)/;

const created = badObjects.filter(({ by, before }) => by === 'Schema' && before === undefined);
const changed = badObjects.filter(({ by, before }) => by === 'Schema' && before !== undefined);

describe('without a server, what the API server refuses by the schema is refused at the same field', () => {
  test.for(created)('$name', ({ object, field, message }) => {
    const said = problemsOf(object)
      .map((problem) => problem.replaceAll(/\["(.*?)"\]/g, '[$1]'))
      .filter((problem) => problem.startsWith(`${field} `) || problem.startsWith(`${field}:`));
    expect(said).not.toEqual([]);
    if (!WORDS_OF_THE_SERVER.test(message.source)) expect(said.join('\n')).toMatch(message);
  });
});

describe('without a server, what the schema accepts is accepted', () => {
  test.for(badObjects.filter(({ by }) => by === 'Webhook'))('$name', ({ object }) => {
    expect(problemsOf(object)).toEqual([]);
  });

  test.for(changed)('before and after $name', ({ object, before = {} }) => {
    expect(problemsOf(before)).toEqual([]);
    expect(problemsOf(object)).toEqual([]);
  });

  test.for(goodObjects)('$name', ({ object }) => {
    expect(problemsOf(object)).toEqual([]);
  });
});

const everyRule = kinds.flatMap((definition) =>
  rulesWithin(kindSchema(definition)).map(({ path, rule }) => ({
    ...rule,
    kind: definition.kind,
    field: `${path}${rule.fieldPath ?? ''}`.replace(/^\./, ''),
  })),
);

/** A field of an object as a path of its schema: `spec.tools[0]` is an item of `spec.tools[*]`. */
const isAt = (pattern: string, field: string): boolean =>
  field.replaceAll(/\[\d+\]/g, '[*]').replace(/\[[a-z.]+\]$/, '.*') === pattern;

const violates = ({ object, field, message, by }: BadObject, rule: (typeof everyRule)[number]): boolean =>
  by === 'Schema' && object['kind'] === rule.kind && isAt(rule.field, field) && message.test(rule.message);

describe('every rule of the kinds', () => {
  // The status is written by itself: test/api/agent-approval.cluster.test.ts.
  test.for(everyRule.filter(({ field }) => !field.startsWith('status')))(
    '$kind $field is violated by an object of the table: $rule',
    (rule) => {
      expect(badObjects.filter((row) => violates(row, rule))).not.toEqual([]);
    },
  );

  test.for(everyRule)('is understood without a server: $rule', ({ rule }) => {
    expect(celEnvironment.check(rule)).toEqual({ valid: true, type: 'bool' });
  });
});

describe('a rule about a change', () => {
  const specOf = (object: Readonly<Record<string, unknown>>): object => object['spec'] as object;
  const doHold = (object: Readonly<Record<string, unknown>>, before: typeof object): boolean =>
    everyRule
      .filter(
        ({ kind, field, rule }) =>
          kind === object['kind'] && field.startsWith('spec') && rule.includes('oldSelf'),
      )
      .every(({ rule }) => celEnvironment.evaluate(rule, { self: specOf(object), oldSelf: specOf(before) }));

  test.for(changed)('refuses $name, and no change to what is the same', ({ object, before = {} }) => {
    expect(doHold(object, before)).toBe(false);
    expect(doHold(object, object)).toBe(true);
    expect(doHold(before, before)).toBe(true);
  });
});

test('the table is as long as was promised, and names no row twice within a kind', () => {
  expect(badObjects.length).toBeGreaterThanOrEqual(60);
  const names = badObjects.map(({ name, object, by }) => `${String(object['kind'])}: ${name}: ${by}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
