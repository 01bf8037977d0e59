import { METADATA_PREFIX } from '../../api/names.ts';

/** CEL that is true of a label's or annotation's name (`key`) in the domain of Cloister. */
export const OURS = `(key.startsWith('${METADATA_PREFIX}') || key.contains('.${METADATA_PREFIX}'))`;

/**
 * CEL that gives the names in a map of the metadata that an update adds, changes or takes away, as far as `guarded`
 * (CEL about `key`) is true of them. On CREATE it gives those that are there.
 */
export function changedKeys(map: 'labels' | 'annotations', guarded: string): string {
  const after = `object.metadata.?${map}`;
  const before = `(oldObject == null ? optional.none() : oldObject.metadata.?${map})`;
  return [
    `${after}.orValue({}).map(key, key).filter(key, ${guarded} && ${before}[?key] != ${after}[?key])`,
    `${before}.orValue({}).map(key, key).filter(key, ${guarded} && !(key in ${after}.orValue({})))`,
  ].join(' + ');
}
