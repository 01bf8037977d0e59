import { isRecord } from '../../lib/is-record.ts';
import type { FieldPath } from '../../policy/pod/field-path.ts';

/** A value of a document that holds no others: a scalar, or a list or an object that is empty. */
export interface Leaf {
  readonly path: FieldPath;
  readonly value: unknown;
}

/** Far more than a configuration has, so that a hostile one costs little. */
const MAX_LEAVES = 2000;
const MAX_DEPTH = 16;

/** Returns the leaves of a document in the order in which they are written, or why there are too many. */
export function findLeaves(document: unknown): readonly Leaf[] | { readonly error: string } {
  const leaves: Leaf[] = [];
  return addLeaves(document, [], leaves) ?? leaves;
}

function addLeaves(value: unknown, path: FieldPath, leaves: Leaf[]): { readonly error: string } | null {
  if (path.length > MAX_DEPTH) {
    return {
      error: `values are nested more than ${MAX_DEPTH} levels deep: this is no configuration of an agent`,
    };
  }
  const children = childrenOf(value);
  if (children.length === 0) leaves.push({ path, value });
  if (leaves.length > MAX_LEAVES) {
    return { error: `the document has more than ${MAX_LEAVES} values: this is no configuration of an agent` };
  }
  for (const [step, child] of children) {
    const error = addLeaves(child, [...path, step], leaves);
    if (error !== null) return error;
  }
  return null;
}

/** Returns a copy of a document without the leaves for which `keeps` is false; a list closes up. */
export function keepLeaves(document: unknown, keeps: (path: FieldPath) => boolean): unknown {
  return copyKept(document, [], keeps);
}

function copyKept(value: unknown, path: FieldPath, keeps: (path: FieldPath) => boolean): unknown {
  const children = childrenOf(value);
  if (children.length === 0) return keeps(path) ? value : undefined;
  const kept = children.flatMap(([step, child]) => {
    const copy = copyKept(child, [...path, step], keeps);
    return copy === undefined ? [] : [[step, copy] as const];
  });
  if (kept.length === 0) return undefined;
  return Array.isArray(value) ? kept.map(([, copy]) => copy) : Object.fromEntries(kept);
}

function childrenOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item] as const);
  return isRecord(value) ? Object.entries(value) : [];
}
