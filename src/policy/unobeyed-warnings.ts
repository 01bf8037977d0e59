import { UNOBEYED_FIELDS, UNSET_VALUES } from '../api/unobeyed-fields.ts';
import { isDeepEqualJson } from '../lib/is-deep-equal-json.ts';
import { listFirst } from '../lib/list-first.ts';

const MAX_NAMED_FIELDS = 12;

/**
 * Returns warnings for the fields of an object that no installed program enforces yet, so that nobody relies on them.
 */
export function unobeyedWarnings(kind: string, object: unknown): readonly string[] {
  const unset = UNSET_VALUES[kind] ?? {};
  const fields = (UNOBEYED_FIELDS[kind] ?? []).filter((path) => isSet(object, path.split('.'), unset[path]));
  if (fields.length === 0) return [];
  return [`this release stores but does not enforce ${listFirst(fields, MAX_NAMED_FIELDS)}`];
}

function isSet(value: unknown, path: readonly string[], unset: unknown): boolean {
  const [head, ...rest] = path;
  if (head === undefined) return !isEmpty(value) && !isDeepEqualJson(value, unset);
  if (typeof value !== 'object' || value === null) return false;
  const name = head.replace(/\[\*\]$/, '');
  const member = (value as Readonly<Record<string, unknown>>)[name];
  if (name === head) return isSet(member, rest, unset);
  return Array.isArray(member) && member.some((item) => isSet(item, rest, unset));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
