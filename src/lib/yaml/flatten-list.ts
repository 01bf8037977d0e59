import { describeValue } from './describe-value.ts';
import { isRecord } from '../is-record.ts';

/** An object of a List, or why there is none. */
export type ListItem = { readonly object: Record<string, unknown> } | { readonly error: string };

/**
 * The objects that kubectl makes of one document, or undefined for an object that stands alone. An object with a
 * top-level `items` is a List to kubectl, whatever its kind: its items take its kind (without `List`) and apiVersion
 * where they have neither. A List within it is opened too, although kubectl refuses it: what it holds is judged at least.
 */
export function flattenList(object: Record<string, unknown>): ListItem[] | undefined {
  if (!Object.hasOwn(object, 'items')) return undefined;
  const items = object['items'];
  if (items === null) return [];
  if (!Array.isArray(items)) {
    return [
      {
        error: `items is ${describeValue(items)}: kubectl takes an object with items for a List, so make it a list`,
      },
    ];
  }
  const kind = typeof object['kind'] === 'string' ? object['kind'].replace(/List$/, '') : '';
  return items.flatMap((item: unknown, index): ListItem[] => {
    if (!isRecord(item)) return [{ error: `items[${index}] is ${describeValue(item)}: make it an object` }];
    if (Array.isArray(item['items'])) return flattenList(item) ?? [];
    if (!isAbsent(item['kind']) || !isAbsent(item['apiVersion'])) return [{ object: item }];
    item['kind'] = kind;
    item['apiVersion'] = typeof object['apiVersion'] === 'string' ? object['apiVersion'] : '';
    return [{ object: item }];
  });
}

function isAbsent(value: unknown): boolean {
  return typeof value !== 'string' || value === '';
}
