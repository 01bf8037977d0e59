import { z } from 'zod';
import { childSchema, schemaOfValue } from '../../api/read-schema.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import { isRecord } from '../../lib/is-record.ts';
import type { FieldPath } from '../../policy/pod/field-path.ts';

/** Where a value is in a shape: the pattern of its path, or what is wrong with the name that leads away from it. */
export type Place = { readonly pattern: string } | { readonly problem: string };

/** A name of Kubernetes, with `_` for `-`. */
const NAME = /^[a-z0-9]([-_a-z0-9]{0,50}[a-z0-9])?$/;

/** Finds the place of a path in a shape: `[]` in its pattern is any item of a list, and `*` any name. */
export function placeOf(schema: z.ZodType, path: FieldPath): Place {
  let at = schema;
  let pattern = '';
  for (const step of path) {
    const inner = schemaOfValue(at);
    const child = childSchema(inner, step);
    const isList = inner instanceof z.ZodArray;
    if (child === undefined || isList !== (typeof step === 'number'))
      return { problem: unknownName(inner, step) };
    if (inner instanceof z.ZodRecord && !NAME.test(String(step))) {
      return { problem: 'must be below a name of at most 52 lower-case letters, digits, "_" and "-"' };
    }
    const name = inner instanceof z.ZodRecord ? '*' : String(step);
    pattern += isList ? '[]' : `${pattern === '' ? '' : '.'}${name}`;
    at = child;
  }
  return { pattern };
}

function unknownName(schema: z.ZodType, step: string | number): string {
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const near = nearestName(String(step), names);
  return near === null
    ? 'is no field of this file: remove it'
    : `is no field of this file; did you mean "${near}"?`;
}

/** The names of the chapter's roles that are the same name of Kubernetes as that of an earlier one. */
export function findRepeatedNames({ security }: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const model = isRecord(security) ? security['permission_model'] : undefined;
  const roles = isRecord(model) ? model['roles'] : undefined;
  const seen = new Set<string>();
  return new Set(
    Object.keys(isRecord(roles) ? roles : {}).filter((name) => {
      const canonical = name.replaceAll('_', '-');
      if (seen.has(canonical)) return true;
      seen.add(canonical);
      return false;
    }),
  );
}
