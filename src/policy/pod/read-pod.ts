import { isRecord } from '../../lib/is-record.ts';
import { type Pod, POD_SHAPE, type Shape } from './pod.ts';
import { show } from '../../lib/show.ts';

/** A pod of the right shape, or why it has none. */
export type PodReading = { readonly pod: Pod } | { readonly error: string };

/**
 * Brings what a file holds to a pod. The API server refuses a field of the wrong type (`privileged: "yes"`), so no
 * verdict on it would mean anything. Members that are null are absent, as they are to the API server.
 */
export function readPod(value: unknown, prefix: string): PodReading {
  const error = misfit(value, POD_SHAPE, prefix.replace(/\.$/, ''));
  return error === null ? { pod: value as Pod } : { error };
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  texts: 'an object of strings',
  quantities: 'an object of quantities',
  quantity: 'a quantity',
};

function misfit(value: unknown, shape: Shape, path: string): string | null {
  if (value === undefined || value === null || shape === 'any') return null;
  if (typeof shape === 'string')
    return fits(value, shape) ? null : complaint(path, value, NAMES[shape] ?? shape);
  if (isList(shape)) return misfitInList(value, shape[0], path);
  if (!isRecord(value)) return complaint(path, value, 'an object');
  for (const member in shape) {
    const inner = value[member];
    if (inner === undefined || inner === null) continue;
    const error = misfit(inner, shape[member] ?? 'any', path === '' ? member : `${path}.${member}`);
    if (error !== null) return error;
  }
  return null;
}

function misfitInList(value: unknown, shape: Shape, path: string): string | null {
  if (!Array.isArray(value)) return complaint(path, value, 'a list');
  for (const [index, item] of value.entries()) {
    const at = `${path}[${index}]`;
    // In a list of texts nothing is the empty text to the API server; an object of nothing lacks what it has to have.
    const isMissing = item === null && shape !== 'string';
    const error = isMissing ? complaint(at, item, 'an item, not nothing') : misfit(item, shape, at);
    if (error !== null) return error;
  }
  return null;
}

function fits(value: unknown, shape: Extract<Shape, string>): boolean {
  switch (shape) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value);
    case 'quantity':
      return isQuantity(value);
    case 'texts':
      return (
        isRecord(value) && Object.values(value).every((text) => text === null || typeof text === 'string')
      );
    case 'quantities':
      return isRecord(value) && Object.values(value).every(isQuantity);
    case 'any':
      return true;
    default:
      return shape satisfies never;
  }
}

function isQuantity(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || value === null;
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function complaint(path: string, found: unknown, wanted: string): string {
  // In quotes, or it would read: "is true, and has to be true or false".
  const shown = show(typeof found === 'string' ? JSON.stringify(found) : found);
  return `${path === '' ? 'the object' : path} is ${shown}, and has to be ${wanted}; the API server refuses it`;
}
