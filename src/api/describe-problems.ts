import { z } from 'zod';
import { isRecord } from '../lib/is-record.ts';
import { nearestName } from '../lib/nearest-name.ts';
import { describeIssue, describeBreach, fieldPath, subjectOf } from './describe-issue.ts';
import { findBreaches } from './find-breaches.ts';
import type { KindDefinition } from './kind-definition.ts';
import { childSchema, schemaOfValue, withoutNulls } from './read-schema.ts';

type Path = readonly (string | number)[];

/**
 * Everything for which the API server rejects an object by its schema under strict validation when it is created, a sentence
 * each: at most one for a field. Empty for a valid object. Rules in CEL are evaluated where every value has the right shape, as
 * the API server does. Metadata but the name is not read.
 */
export function describeProblems({ kind, schema }: KindDefinition, object: unknown): readonly string[] {
  const byField = new Map<string, string>();
  const add = (path: readonly PropertyKey[], problem: string): void => {
    const field = fieldPath(path);
    if (!byField.has(field)) byField.set(field, problem);
  };
  const parsed = schema.safeParse(withoutNulls(schema, object));
  for (const issue of parsed.error?.issues ?? []) add(issue.path, describeIssue(issue, object));
  if (parsed.success) {
    for (const breach of findBreaches(schema, parsed.data))
      add(breach.path, describeBreach(breach, parsed.data));
  }
  const { metadata: _metadata, ...rest } = isRecord(object) ? object : {};
  const unknown = unknownFields(schema, rest, []);
  return [...byField.values(), ...unknown.map((field) => describeUnknown(kind, field, object))];
}

interface UnknownField {
  readonly path: Path;
  /** The fields that the kind has there and the object does not set. */
  readonly unset: readonly string[];
}

/** The API server drops these for a client that does not ask for strict validation: a misspelt rule would be no rule. */
function unknownFields(schema: z.ZodType, value: unknown, path: Path): readonly UnknownField[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      const known = childSchema(schema, index);
      return known === undefined ? [] : unknownFields(known, item, [...path, index]);
    });
  }
  if (!isRecord(value)) return [];
  const inner = schemaOfValue(schema);
  const names = inner instanceof z.ZodObject ? Object.keys(inner.shape) : null;
  return Object.entries(value).flatMap(([name, child]) => {
    const childPath = [...path, name];
    const known = childSchema(schema, name);
    if (known !== undefined) return unknownFields(known, child, childPath);
    return names === null
      ? []
      : [{ path: childPath, unset: names.filter((other) => !Object.hasOwn(value, other)) }];
  });
}

function describeUnknown(kind: string, { path, unset }: UnknownField, object: unknown): string {
  const near = nearestName(String(path.at(-1)), unset);
  const advice = near === null ? '. Check the spelling, or remove it' : `; did you mean "${near}"?`;
  return `${subjectOf(path, object)} is not a field of ${kind}${advice}`;
}
