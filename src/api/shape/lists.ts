import { z } from 'zod';

/**
 * A list whose items are identified by the named fields; the API server rejects a repeated key, and merges by it.
 * If it is not set, it is empty, and an empty list allows nothing.
 */
export const keyedList = <Item extends z.ZodObject>(item: Item, keys: readonly string[], maxItems: number) =>
  z
    .array(item)
    .max(maxItems)
    .default([])
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [...keys] });

/** A list of distinct values. If it is not set, it is empty, and an empty list allows nothing. */
export const distinctList = <Item extends z.ZodType>(item: Item, maxItems: number) =>
  z.array(item).max(maxItems).default([]).meta({ 'x-kubernetes-list-type': 'set' });

/** A list of distinct values that has to be written out, even when it is empty. */
export const requiredDistinctList = <Item extends z.ZodType>(item: Item, maxItems: number) =>
  z.array(item).max(maxItems).meta({ 'x-kubernetes-list-type': 'set' });
