import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';
import { type Pod, POD_SHAPE, type Shape } from './pod.ts';

/** A pod with fields of the right types, or which fields have wrong types and what to write instead. */
export type PodReading = { readonly pod: Pod } | { readonly error: string };

/** A longer error would not be read. */
const MAX_WRONG_TYPES = 16;

/**
 * Reads what a file holds as a pod. The API server rejects a field of the wrong type (`privileged: "yes"`), so no
 * decision about it would mean anything. Members that are null are absent, as for the API server. `prefix` is the text
 * before `spec` in the name of a field.
 */
export function readPod(value: unknown, prefix: string): PodReading {
  const errors: string[] = [];
  checkType(value, POD_SHAPE, prefix.replace(/\.$/, ''), (error) => void errors.push(error));
  if (errors.length === 0) return { pod: value as Pod };
  const more = errors.length - MAX_WRONG_TYPES;
  const rest =
    more > 0 ? [`${more} more ${more === 1 ? 'field has a wrong type' : 'fields have wrong types'}`] : [];
  return { error: [...errors.slice(0, MAX_WRONG_TYPES), ...rest].join('. ') };
}

type Report = (error: string) => void;
type Primitive = 'string' | 'boolean' | 'integer' | 'quantity';

/** Reports every field at or below `path` whose type is not that of the shape. */
function checkType(value: unknown, shape: Shape, path: string, report: Report): void {
  if (value === undefined || value === null || shape === 'any') return;
  if (isList(shape)) checkList(value, shape[0], path, report);
  else if (shape === 'texts' || shape === 'quantities') checkMap(value, shape, path, report);
  else if (typeof shape === 'string') {
    if (!fits(value, shape)) report(describeWrongType(path, value, shape));
  } else if (!isRecord(value)) report(describeWrongType(path, value, 'object'));
  else {
    for (const member in shape) {
      const inner = value[member];
      if (inner === undefined) continue;
      checkType(inner, shape[member] ?? 'any', path === '' ? member : `${path}.${member}`, report);
    }
  }
}

function checkList(value: unknown, shape: Shape, path: string, report: Report): void {
  if (!Array.isArray(value)) {
    report(describeWrongType(path, value, 'list'));
    return;
  }
  for (const [index, item] of value.entries()) {
    const at = `${path}[${index}]`;
    // The API server reads null in a list of strings as the empty string, but every object in a list has required fields.
    if (item === null && shape !== 'string') report(describeWrongType(at, item, 'object'));
    else checkType(item, shape, at, report);
  }
}

function checkMap(value: unknown, shape: 'texts' | 'quantities', path: string, report: Report): void {
  if (!isRecord(value)) {
    report(describeWrongType(path, value, 'object'));
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (shape === 'texts') checkType(item, 'string', `${path}[${key}]`, report);
    else checkType(item, 'quantity', `${path}.${key}`, report);
  }
}

function fits(value: unknown, shape: Primitive): boolean {
  switch (shape) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value);
    case 'quantity':
      return typeof value === 'string' || typeof value === 'number';
    default:
      return shape satisfies never;
  }
}

const NAMES: Readonly<Record<Primitive | 'object' | 'list', string>> = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  quantity: 'a quantity, such as 500m or 1Gi',
  object: 'an object',
  list: 'a list',
};

/** `spec.hostNetwork is "true"; must be true or false. Remove the quotes` */
function describeWrongType(path: string, found: unknown, wanted: keyof typeof NAMES): string {
  const subject = path === '' ? 'the object' : path;
  const shown = found === null ? 'null' : show(found);
  const advice = advise(found, wanted);
  return `${subject} is ${shown}; must be ${NAMES[wanted]}${advice === '' ? '' : `. ${advice}`}`;
}

/** Says what to write if the likely mistake is clear, or else nothing. */
function advise(found: unknown, wanted: keyof typeof NAMES): string {
  if (typeof found === 'string') {
    if (wanted === 'list') return `Put it in brackets: [${show(found)}]`;
    const isInQuotes = wanted === 'boolean' ? /^(true|false)$/.test(found) : /^-?\d+$/.test(found);
    if (isInQuotes && wanted !== 'object') return 'Remove the quotes';
    return wanted === 'boolean' ? 'Write true or false, without quotes' : '';
  }
  if (wanted === 'list' && isRecord(found)) return 'Begin each item with "- "';
  if (wanted !== 'string') return '';
  // A fraction may have lost digits that the file has (1.10), so it is not repeated.
  if (typeof found === 'boolean' || Number.isSafeInteger(found))
    return `Put it in quotes: "${String(found)}"`;
  return typeof found === 'number' ? 'Put it in quotes' : '';
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
