import type { ParseResult } from '@marcbachmann/cel-js';
import { z } from 'zod';
import { isDeepEqualJson } from '../lib/is-deep-equal-json.ts';
import { isRecord } from '../lib/is-record.ts';
import { show } from '../lib/show.ts';
import { celEnvironment } from './cel-environment.ts';
import { childSchema, marksOf, schemaOfValue, type SchemaMarks } from './read-schema.ts';
import type { Rule } from './shape/rules.ts';

type Path = readonly (string | number)[];

/** A rule of the API server that a value of the right shape does not satisfy. */
export interface Breach {
  /** The field that the API server names. */
  readonly path: Path;
  /** What is there, in words that follow the field; null where the value itself is to be shown. */
  readonly found: string | null;
  /** What it must be. */
  readonly requirement: string;
}

/**
 * Everything that the API server asks of an object of the right shape when it is created: the rules in CEL, items that must
 * differ, and the size of maps. Rules for a change (`oldSelf`) do not apply to an object that is new.
 */
export function findBreaches(schema: z.ZodType, object: unknown): readonly Breach[] {
  const compiled = new Map<string, ParseResult>();
  const doesHold = (rule: string, self: unknown): boolean => {
    const program = compiled.get(rule) ?? celEnvironment.parse(rule);
    compiled.set(rule, program);
    try {
      return program({ self }) === true;
    } catch {
      // The API server rejects an object where a rule cannot be evaluated, such as by a field that is not set.
      return false;
    }
  };
  return evaluate(schema, object, { path: [], doesHold }).breaches;
}

interface Place {
  readonly path: Path;
  /** Whether a rule in CEL holds of a value. */
  readonly doesHold: (rule: string, self: unknown) => boolean;
}

interface Evaluated {
  readonly breaches: readonly Breach[];
  /** The value as CEL knows it. */
  readonly self: unknown;
}

function evaluate(schema: z.ZodType, value: unknown, place: Place): Evaluated {
  const marks = marksOf(schema);
  const children = evaluateChildren(schema, value, place);
  const breaches = [
    ...repeatedItems(marks, value, place.path),
    ...wrongSize(marks, value, place.path),
    ...brokenRules(marks['x-kubernetes-validations'] ?? [], children.self, place),
    ...children.breaches,
  ];
  return { breaches, self: children.self };
}

function evaluateChildren(schema: z.ZodType, value: unknown, place: Place): Evaluated {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => evaluateChild(schema, item, below(place, index)));
    return { breaches: items.flatMap(({ breaches }) => breaches), self: items.map(({ self }) => self) };
  }
  if (!isRecord(value)) {
    // CEL's whole numbers are 64 bits wide; a JavaScript number is a double to it.
    return { breaches: [], self: Number.isInteger(value) ? BigInt(Number(value)) : value };
  }
  const isObject = schemaOfValue(schema) instanceof z.ZodObject;
  const evaluated = Object.entries(value).map(([name, member]): readonly [string, Evaluated] => [
    isObject ? escapeName(name) : name,
    evaluateChild(schema, member, below(place, name)),
  ]);
  return {
    breaches: evaluated.flatMap(([, { breaches }]) => breaches),
    self: Object.fromEntries(evaluated.map(([name, { self }]) => [name, self])),
  };
}

function below({ path, doesHold }: Place, key: string | number): Place {
  return { path: [...path, key], doesHold };
}

function evaluateChild(outer: z.ZodType, value: unknown, place: Place): Evaluated {
  const schema = childSchema(outer, place.path.at(-1) ?? '');
  return schema === undefined ? { breaches: [], self: value } : evaluate(schema, value, place);
}

/** The words of CEL that are names of fields too, which a rule writes as `__namespace__` (KEP-2876). */
const RESERVED_WORDS = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return'.split(
    ' ',
  ),
);

function escapeName(name: string): string {
  return RESERVED_WORDS.has(name) ? `__${name}__` : name;
}

function brokenRules(rules: readonly Rule[], self: unknown, { path, doesHold }: Place): readonly Breach[] {
  return rules.flatMap(({ rule, fieldPath = '', message }) =>
    rule.includes('oldSelf') || doesHold(rule, self)
      ? []
      : { path: [...path, ...fieldPath.split('.').filter(Boolean)], found: null, requirement: message },
  );
}

function repeatedItems(marks: SchemaMarks, value: unknown, path: Path): readonly Breach[] {
  const type = marks['x-kubernetes-list-type'];
  if (!Array.isArray(value) || (type !== 'map' && type !== 'set')) return [];
  const keys = marks['x-kubernetes-list-map-keys'] ?? [];
  // The items of a map are objects, and those of a set are not.
  const keyOf = (item: unknown): unknown => (isRecord(item) ? keys.map((key) => item[key]) : item);
  return value.flatMap((item, index) => {
    const first = value.findIndex((other) => isDeepEqualJson(keyOf(other), keyOf(item)));
    if (first === index) return [];
    const found = isRecord(item)
      ? `has the ${keys.map((key) => `${key} ${show(item[key])}`).join(' and ')} of item ${first}`
      : `is ${show(item)}, as item ${first} is`;
    const requirement = isRecord(item) ? `must have another ${keys.join(' or ')}` : 'must be listed once';
    return { path: [...path, index], found, requirement };
  });
}

function wrongSize(marks: SchemaMarks, value: unknown, path: Path): readonly Breach[] {
  if (!isRecord(value)) return [];
  const { minProperties = 0, maxProperties = Infinity } = marks;
  const size = Object.keys(value).length;
  const entries = (count: number): string => `${count} ${count === 1 ? 'entry' : 'entries'}`;
  const found = size === 0 ? 'is empty' : `has ${entries(size)}`;
  if (size < minProperties)
    return [{ path, found, requirement: `must have at least ${entries(minProperties)}` }];
  return size > maxProperties
    ? [{ path, found, requirement: `must have at most ${entries(maxProperties)}` }]
    : [];
}
