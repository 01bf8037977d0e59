import { ANNOTATION, LABEL, MAX_METADATA_ENTRIES, METADATA_PREFIX } from '../../api/names.ts';
import { SUBJECT, type Validation } from '../admission-policy.ts';

// CEL that says what an update changes.

type TextMap = 'labels' | 'annotations';

/** The names that Cloister reads, of each map. */
export const KNOWN_KEYS: Readonly<Record<TextMap, readonly string[]>> = {
  labels: Object.values(LABEL),
  annotations: Object.values(ANNOTATION),
};

/**
 * CEL that is true of a label's or annotation's name (`key`) in the domain of Cloister. Capitals too: the API server
 * accepts them in annotations, and a reader does not see the difference.
 */
export const OURS = `key.matches('(?i)^([^/]*[.])?${METADATA_PREFIX.replace('.', '[.]')}')`;

/**
 * CEL that gives the names in a map of the metadata that an update adds, changes or removes, as far as `guarded`
 * (CEL about `key`) is true of them. On CREATE it gives the names that are there.
 */
export function changedKeys(map: TextMap, guarded: string): string {
  const after = `object.metadata.?${map}`;
  const before = `(oldObject == null ? optional.none() : oldObject.metadata.?${map})`;
  return [
    `${after}.orValue({}).map(key, key).filter(key, ${guarded} && ${before}[?key] != ${after}[?key])`,
    `${before}.orValue({}).map(key, key).filter(key, ${guarded} && !(key in ${after}.orValue({})))`,
  ].join(' + ');
}

/**
 * The same of every name in the domain of Cloister, for objects that a tenant writes. CEL has a budget, and an
 * expression that exceeds it refuses the request: only the names that Cloister reads are compared on an object of more
 * than `MAX_METADATA_ENTRIES`, which can only be from before its namespace was enrolled.
 */
export function changedReservedKeys(map: TextMap, guarded = 'true'): string {
  const known = quotedList(KNOWN_KEYS[map]);
  const after = `object.metadata.?${map}`;
  const before = `(oldObject == null ? optional.none() : oldObject.metadata.?${map})`;
  const isSmall = `[${after}, ${before}].all(each, each.orValue({}).size() <= ${MAX_METADATA_ENTRIES})`;
  const others = changedKeys(map, `(${OURS} && !(key in ${known}) && ${guarded})`);
  return `${known}.filter(key, ${guarded} && ${before}[?key] != ${after}[?key]) + (${isSmall} ? ${others} : [])`;
}

/** Refuses a map of more than `MAX_METADATA_ENTRIES`, where it is not from before and `unless` (CEL) is false. */
export function hasFewEntries(map: TextMap | 'finalizers', unless: string): Validation {
  const size = (object: string): string => `${object}.metadata.?${map}.orValue({}).size()`;
  const isNotMore = `(oldObject != null && ${size('object')} <= ${size('oldObject')})`;
  return {
    expression: `${unless} || ${size('object')} <= ${MAX_METADATA_ENTRIES} || ${isNotMore}`,
    messageExpression: `${SUBJECT} + ': metadata.${map} has ' + string(${size('object')}) + ' entries; must have at most ${MAX_METADATA_ENTRIES}. Remove some.'`,
  };
}

/** CEL that gives the names of the metadata's fields that an update changes, but for those that every write changes. */
export const CHANGED_METADATA = changedMembers('.metadata', [
  'managedFields',
  'resourceVersion',
  'generation',
]);

/**
 * CEL that is true of a request that changes something. A replace of an object by itself does not, and neither does a
 * migration of the storage version (KEP-4192).
 */
export const CHANGES_SOMETHING = `request.operation != 'UPDATE' || (${CHANGED_METADATA}).size() > 0 || (${changedMembers('', ['metadata'])}).size() > 0`;

function changedMembers(path: string, without: readonly string[]): string {
  const [after, before] = [`dyn(object)${path}`, `dyn(oldObject)${path}`];
  const isCompared = `!(key in ${quotedList(without)})`;
  return [
    `${after}.map(key, key).filter(key, ${isCompared} && (!(key in ${before}) || ${after}[key] != ${before}[key]))`,
    `${before}.map(key, key).filter(key, ${isCompared} && !(key in ${after}))`,
  ].join(' + ');
}

/** A list of strings in CEL. */
export function quotedList(texts: readonly string[]): string {
  return `[${texts.map((text) => `'${text}'`).join(', ')}]`;
}
