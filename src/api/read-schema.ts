import { z } from 'zod';
import { isRecord } from '../lib/is-record.ts';
import type { Rule } from './shape/rules.ts';

/** What a schema says to the API server beside the shape of the value. */
export interface SchemaMarks {
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly Rule[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

type Wrapper = z.ZodOptional | z.ZodDefault | z.ZodPrefault;

function isWrapper(schema: z.ZodType): schema is Wrapper {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
}

/** The schema of a value that is set: without the layers that only say what holds where it is not. */
export function schemaOfValue(schema: z.ZodType): z.ZodType {
  return isWrapper(schema) ? schemaOfValue(schema.unwrap() as z.ZodType) : schema;
}

/** The marks of every layer of a schema; an outer one replaces an inner one. */
export function marksOf(schema: z.ZodType): SchemaMarks {
  const marks = (schema.meta() ?? {}) as SchemaMarks;
  return isWrapper(schema) ? { ...marksOf(schema.unwrap() as z.ZodType), ...marks } : marks;
}

/** The schema of one field of an object, entry of a map or item of a list; undefined where the schema has none there. */
export function childSchema(outer: z.ZodType, key: string | number): z.ZodType | undefined {
  const schema = schemaOfValue(outer);
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodObject) {
    return Object.hasOwn(schema.shape, key) ? (schema.shape[key] as z.ZodType) : undefined;
  }
  return schema instanceof z.ZodRecord ? (schema.valueType as z.ZodType) : undefined;
}

/**
 * A copy of a value without the fields that are null and have a default, which the API server gives them then. A null elsewhere
 * is kept: the API server drops it on a create and rejects it on a server-side apply.
 */
export function withoutNulls(schema: z.ZodType, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withoutNullsBelow(schema, index, item));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => member !== null || !hasDefault(childSchema(schema, name)))
      .map(([name, member]) => [name, withoutNullsBelow(schema, name, member)]),
  );
}

function withoutNullsBelow(outer: z.ZodType, key: string | number, value: unknown): unknown {
  const schema = childSchema(outer, key);
  return schema === undefined ? value : withoutNulls(schema, value);
}

function hasDefault(schema: z.ZodType | undefined): boolean {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
}
