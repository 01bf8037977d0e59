import { isRecord } from '../../lib/is-record.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import { show } from '../../lib/show.ts';
import { describeUnknownField, similarField } from './describe-unknown-field.ts';
import { describeWrongType } from './describe-wrong-type.ts';
import { type FieldPath, fieldPath } from './field-path.ts';
import type { FieldType, ObjectType, ValueType } from './workload-types.ts';

/** Something in a manifest for which the API server rejects it. */
export interface Problem {
  readonly path: FieldPath;
  /** One or two sentences without the last full stop: what the field is, what it must be, what to do. */
  readonly message: string;
  /** Whether the value has to be put in quotes, which needs the text as it was written. */
  readonly needsQuotes?: boolean;
}

/**
 * What to do about a field that the type does not have. `Refuse`: it is a problem. `RefuseSimilar`: it is a problem if
 * its name is nearly that of a field, for kinds that may add fields to a pod. `Ignore`: it is none, for an object that the
 * API server has returned.
 */
export type UnknownFields = 'Refuse' | 'RefuseSimilar' | 'Ignore';

/** What decoding an object found. */
export interface Decoding {
  /** Fields that are unknown or have a wrong type: the first {@link MAX_PROBLEMS}. */
  readonly problems: readonly Problem[];
  /** How many there are beyond those. */
  readonly more: number;
  /** Fields that must be set and are not, and quantities that are none; as many at most. */
  readonly invalid: readonly Problem[];
}

/** A longer message would not be read. */
export const MAX_PROBLEMS = 16;

interface Walk {
  readonly root: ObjectType;
  readonly rootPath: FieldPath;
  readonly unknownFields: UnknownFields;
  /** Where the walk is. */
  readonly path: (string | number)[];
  readonly problems: Problem[];
  readonly invalid: Problem[];
  more: number;
}

/**
 * Decodes a JSON value strictly, as the API server does: every field must be one of its type, under exactly its name, and
 * hold what the type says. Members that are null are absent. `path` leads to the value.
 */
export function decodeObject(
  value: unknown,
  type: ObjectType,
  path: FieldPath,
  unknownFields: UnknownFields,
): Decoding {
  const walk: Walk = {
    root: type,
    rootPath: path,
    unknownFields,
    path: [...path],
    problems: [],
    invalid: [],
    more: 0,
  };
  decode(value, type, walk);
  return walk;
}

function report(walk: Walk, describe: () => Omit<Problem, 'path'>): void {
  if (walk.problems.length < MAX_PROBLEMS) walk.problems.push({ path: [...walk.path], ...describe() });
  else walk.more += 1;
}

function invalidate(walk: Walk, predicate: string): void {
  if (walk.invalid.length >= MAX_PROBLEMS) return;
  walk.invalid.push({ path: [...walk.path], message: `${fieldPath(walk.path)} ${predicate}` });
}

function decode(value: unknown, type: FieldType, walk: Walk): void {
  if (value === undefined || value === null || type === 'any') return;
  if (typeof type === 'string') decodeValue(value, type, walk);
  else if (type.form === 'List') {
    if (Array.isArray(value)) decodeItems(value, type.items, walk);
    else report(walk, () => describeWrongType(walk.path, value, 'list'));
  } else if (!isRecord(value)) {
    report(walk, () => describeWrongType(walk.path, value, 'object'));
  } else if (type.form === 'Object') decodeFields(value, type, walk);
  else for (const key in value) decodeMember(value[key], key, type.values, walk);
}

function decodeValue(value: unknown, type: Exclude<ValueType, 'any'>, walk: Walk): void {
  if (!fits(value, type)) report(walk, () => describeWrongType(walk.path, value, type));
  else if (type === 'quantity' && !isQuantity(value as string | number)) {
    invalidate(walk, `is ${show(value)}; must be a quantity, such as 500m or 1Gi`);
  }
}

function decodeFields(value: Readonly<Record<string, unknown>>, type: ObjectType, walk: Walk): void {
  for (const name in value) {
    const field = type.fields.get(name);
    if (field === undefined) refuseUnknown(name, type, walk);
    else decodeMember(value[name], name, field, walk);
  }
  for (const name of type.required) {
    if (value[name] !== undefined && value[name] !== null) continue;
    walk.path.push(name);
    invalidate(walk, 'is not set; must be set');
    walk.path.pop();
  }
}

function decodeMember(member: unknown, name: string, type: FieldType, walk: Walk): void {
  // Nearly every member is a text, and needs no path.
  if (type === 'string' && typeof member === 'string') return;
  walk.path.push(name);
  decode(member, type, walk);
  walk.path.pop();
}

function decodeItems(value: readonly unknown[], type: FieldType, walk: Walk): void {
  for (let index = 0; index < value.length; index += 1) {
    const item = value[index];
    if (type === 'string' && typeof item === 'string') continue;
    walk.path.push(index);
    // The API server reads null in a list of strings as the empty string, but every object in a list has required fields.
    if (item === null && type !== 'string') report(walk, () => describeWrongType(walk.path, item, 'object'));
    else decode(item, type, walk);
    walk.path.pop();
  }
}

/** How nearly every quantity is written. */
const PLAIN_QUANTITY = /^\d{1,15}(?:[KMGTPE]i|[mkMGTPE])?$/;

function isQuantity(value: string | number): boolean {
  return (typeof value === 'string' && PLAIN_QUANTITY.test(value)) || parseQuantity(value) !== null;
}

function refuseUnknown(name: string, type: ObjectType, walk: Walk): void {
  const { unknownFields, root, rootPath } = walk;
  if (unknownFields === 'Ignore') return;
  if (unknownFields === 'RefuseSimilar' && similarField(name, type) === null) return;
  walk.path.push(name);
  report(walk, () => ({
    message: describeUnknownField(walk.path, type, { type: root, path: rootPath }),
  }));
  walk.path.pop();
}

const MAX_INT32 = 2 ** 31 - 1;

function fits(value: unknown, type: ValueType): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'int32':
      return Number.isInteger(value) && Math.abs(value as number) <= MAX_INT32;
    case 'int64':
      return Number.isInteger(value);
    case 'quantity':
      return typeof value === 'string' || typeof value === 'number';
    case 'intOrString':
      return typeof value === 'string' || Number.isInteger(value);
    case 'any':
      return true;
    default:
      return type satisfies never;
  }
}
