import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { isRecord } from '../../lib/is-record.ts';
import { itemKey, positionsBefore } from './list-items.ts';

/** One field that differs. */
export interface Difference {
  /** From the pod, with the positions of the pod before; an item that was added is named by its key. */
  readonly field: string;
  /** Undefined where the field was not set. */
  readonly before: unknown;
  /** Undefined where the field was removed. */
  readonly after: unknown;
}

/**
 * Finds every difference between two JSON values: each field that was set, changed or removed, each item that was added to
 * or removed from a list, and each list whose items stand in another order.
 */
export function findDifferences(before: unknown, after: unknown, field = ''): readonly Difference[] {
  if (before === after || isDeepEqualJson(before, after)) return [];
  if (isRecord(after) && (isRecord(before) || before === undefined)) {
    return differencesOfObjects(before, after, field);
  }
  if (Array.isArray(before) && Array.isArray(after)) return differencesOfLists(before, after, field);
  return [{ field, before, after }];
}

function differencesOfObjects(
  before: Readonly<Record<string, unknown>> | undefined,
  after: Readonly<Record<string, unknown>>,
  field: string,
): readonly Difference[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]);
  const found = [...names].flatMap((name) =>
    findDifferences(before?.[name], after[name], field === '' ? name : `${field}${step(name)}`),
  );
  // An object without members was set or removed.
  return found.length > 0 ? found : [{ field, before, after }];
}

function step(name: string): string {
  return /^[\w-]+$/.test(name) ? `.${name}` : `[${name}]`;
}

function differencesOfLists(
  before: readonly unknown[],
  after: readonly unknown[],
  field: string,
): readonly Difference[] {
  const positions = positionsBefore(before, after);
  const kept = positions.filter((position) => position !== null);
  const isKept = new Set(kept);
  const found = after.flatMap((item, index) => {
    const position = positions[index] ?? null;
    return position === null
      ? [{ field: `${field}[${itemKey(item) ?? '+'}]`, before: undefined, after: item }]
      : findDifferences(before[position], item, `${field}[${position}]`);
  });
  const removed = before.flatMap((item, index) =>
    isKept.has(index) ? [] : [{ field: `${field}[${index}]`, before: item, after: undefined }],
  );
  const isReordered = kept.some((position, index) => position < (kept[index - 1] ?? -1));
  const order = { field, before: before.map(itemKey), after: after.map(itemKey) };
  return [...found, ...removed, ...(isReordered ? [order] : [])];
}

/**
 * Makes a function that returns a field of a changed pod with the positions that its items have in the pod before:
 * `spec.initContainers[0]` for the second, where one was added before it. An item that was added is named by its key.
 */
export function createFieldMap(before: unknown, after: unknown): (field: string) => string {
  const known = new Map<readonly unknown[], readonly (number | null)[]>();
  const positionsOf = (old: readonly unknown[], list: readonly unknown[]): readonly (number | null)[] => {
    const positions = known.get(list) ?? positionsBefore(old, list);
    known.set(list, positions);
    return positions;
  };
  return (field) => {
    let old: unknown = before;
    let at: unknown = after;
    return field.replaceAll(/\[(\d+)\]|([^.[\]]+)/g, (text, index?: string, name = '') => {
      if (index === undefined || !Array.isArray(at)) {
        old = isRecord(old) ? old[name] : undefined;
        at = isRecord(at) ? at[name] : undefined;
        return text;
      }
      const list: readonly unknown[] = at;
      const olds: readonly unknown[] = Array.isArray(old) ? old : [];
      const position = positionsOf(olds, list)[Number(index)] ?? null;
      old = position === null ? undefined : olds[position];
      at = list[Number(index)];
      return `[${position ?? itemKey(at) ?? '+'}]`;
    });
  };
}
