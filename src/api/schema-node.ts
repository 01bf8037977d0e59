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

/** A schema without what only says whether the value has to be set. */
export interface SchemaNode {
  readonly schema: z.ZodType;
  readonly marks: SchemaMarks;
}

/** The schema of a value that is set, with the marks of every layer around it; an outer one replaces an inner one. */
export function schemaNode(schema: z.ZodType): SchemaNode {
  const marks = (schema.meta() ?? {}) as SchemaMarks;
  if (
    !(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
  ) {
    return { schema, marks };
  }
  const inner = schemaNode(schema.unwrap() as z.ZodType);
  return { schema: inner.schema, marks: { ...inner.marks, ...marks } };
}

/** The schema of one field of an object, entry of a map or item of a list; undefined where the schema has none there. */
export function childSchema({ schema }: SchemaNode, key: string | number): z.ZodType | undefined {
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
  const node = schemaNode(schema);
  if (Array.isArray(value)) return value.map((item, index) => withoutNullsBelow(node, index, item));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => member !== null || !hasDefault(childSchema(node, name)))
      .map(([name, member]) => [name, withoutNullsBelow(node, name, member)]),
  );
}

function withoutNullsBelow(node: SchemaNode, key: string | number, value: unknown): unknown {
  const schema = childSchema(node, key);
  return schema === undefined ? value : withoutNulls(schema, value);
}

function hasDefault(schema: z.ZodType | undefined): boolean {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
}
