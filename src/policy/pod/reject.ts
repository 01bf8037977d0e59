import { show } from '../../lib/show.ts';
import type { Problem } from './decode-object.ts';
import { type FieldPath, fieldPath } from './field-path.ts';
import type { Json } from './json-members.ts';

/** Takes what the API server would reject: the field, what it holds, what it must be, and what to do. */
export type Reject = (path: FieldPath, found: unknown, required: string, advice?: string) => void;

/** Makes a problem of everything that is rejected. */
export function createReject(add: (problem: Problem) => void): Reject {
  return (path, found, required, advice) => {
    const message = `${fieldPath(path)} is ${show(found)}; ${required}`;
    add({ path, message: advice === undefined ? message : `${message}. ${advice}` });
  };
}

/** Rejects fields that hold another text than the API server knows for them. */
export function rejectOtherValues(
  object: Json,
  path: FieldPath,
  values: Readonly<Record<string, readonly string[]>>,
  reject: Reject,
): void {
  for (const field in values) {
    const value = object[field];
    const allowed = values[field] ?? [];
    if (typeof value !== 'string' || value === '' || allowed.includes(value)) continue;
    reject([...path, field], value, `must be ${allowed.map((one) => `"${one}"`).join(' or ')}`);
  }
}
