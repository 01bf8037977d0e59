import { isRecord } from '../lib/is-record.ts';
import { nearestName } from '../lib/nearest-name.ts';
import { describeIssue, fieldPath, subjectOf } from './describe-issue.ts';
import type { KindDefinition } from './kind-definition.ts';
import { kindSchema } from './structural/kind-schema.ts';
import type { StructuralSchema } from './structural/structural-schema.ts';

type Path = readonly (string | number)[];

/**
 * Everything for which the API server rejects an object by its schema under strict validation, a sentence each: at most one for
 * a field. Empty for a valid object. Rules in CEL are not evaluated, and metadata but the name is not read.
 */
export function describeProblems(definition: KindDefinition, object: unknown): readonly string[] {
  const byField = new Map<string, string>();
  for (const issue of definition.schema.safeParse(object).error?.issues ?? []) {
    const field = fieldPath(issue.path);
    if (!byField.has(field)) byField.set(field, describeIssue(issue, object));
  }
  const { metadata: _metadata, ...rest } = isRecord(object) ? object : {};
  const unknown = unknownFields(kindSchema(definition), rest, []);
  return [...byField.values(), ...unknown.map((field) => describeUnknown(definition.kind, field, object))];
}

interface UnknownField {
  readonly path: Path;
  /** The fields that the kind has there and the object does not set. */
  readonly unset: readonly string[];
}

/** The API server drops these for a client that does not ask for strict validation: a misspelt rule would be no rule. */
function unknownFields(schema: StructuralSchema, value: unknown, path: Path): readonly UnknownField[] {
  const { items, properties, additionalProperties } = schema;
  if (Array.isArray(value)) {
    return items === undefined
      ? []
      : value.flatMap((item, index) => unknownFields(items, item, [...path, index]));
  }
  if (!isRecord(value) || schema['x-kubernetes-preserve-unknown-fields'] === true) return [];
  const unset = Object.keys(properties ?? {}).filter((name) => !Object.hasOwn(value, name));
  return Object.entries(value).flatMap(([name, child]) => {
    const known = properties && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    const childPath = [...path, name];
    return known === undefined ? [{ path: childPath, unset }] : unknownFields(known, child, childPath);
  });
}

function describeUnknown(kind: string, { path, unset }: UnknownField, object: unknown): string {
  const near = nearestName(String(path.at(-1)), unset);
  const advice = near === null ? '. Check the spelling, or remove it' : `; did you mean "${near}"?`;
  return `${subjectOf(path, object)} is not a field of ${kind}${advice}`;
}
