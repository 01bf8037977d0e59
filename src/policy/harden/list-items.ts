import { isRecord } from '../../lib/is-record.ts';

/** The members by which the items of the lists of a pod are known, the first that an item has. */
const KEYS = ['mountPath', 'name', 'devicePath', 'containerPort', 'ip', 'key', 'conditionType'] as const;

/** How an item of a list is known, as `name="agent"`; null for one that has nothing of the kind. */
export function itemKey(item: unknown): string | null {
  if (typeof item === 'string') return JSON.stringify(item);
  if (!isRecord(item)) return null;
  const key = KEYS.find((name) => item[name] !== undefined && item[name] !== null);
  return key === undefined ? null : `${key}=${JSON.stringify(item[key])}`;
}

/**
 * Returns for every item of a list its position in the list before it was changed; null for one that was added. Items are
 * the same if they are one value or are known by the same key, and each stands for one.
 */
export function positionsBefore(
  before: readonly unknown[],
  after: readonly unknown[],
): readonly (number | null)[] {
  const taken = new Set<number>();
  const byValue = queuesOf(before, (item) => item);
  const same = after.map((item) => takeFrom(byValue.get(item), taken));
  const byKey = queuesOf(before, keyAt);
  return after.map((item, index) => same[index] ?? takeFrom(byKey.get(keyAt(item, index)), taken));
}

/** An item without a key is known by its position. */
function keyAt(item: unknown, index: number): unknown {
  return itemKey(item) ?? index;
}

function queuesOf(
  items: readonly unknown[],
  keyOf: (item: unknown, index: number) => unknown,
): ReadonlyMap<unknown, number[]> {
  const queues = new Map<unknown, number[]>();
  // From last to first, so that the first is taken first.
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const key = keyOf(items[index], index);
    const queue = queues.get(key);
    if (queue === undefined) queues.set(key, [index]);
    else queue.push(index);
  }
  return queues;
}

function takeFrom(queue: number[] | undefined, taken: Set<number>): number | null {
  for (let index = queue?.pop(); index !== undefined; index = queue?.pop()) {
    if (taken.has(index)) continue;
    taken.add(index);
    return index;
  }
  return null;
}
