import { UNOBEYED_FIELDS, UNSET_VALUES } from '../../api/unobeyed-fields.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';

const MOST_NAMED = 12;

/**
 * Warnings for what an object asks for and no installed program obeys yet, so that nobody believes in a rule that
 * nothing holds.
 */
export function unobeyedWarnings(kind: string, object: unknown): readonly string[] {
  const unset = UNSET_VALUES[kind] ?? {};
  const fields = (UNOBEYED_FIELDS[kind] ?? []).filter((path) => isSet(object, path.split('.'), unset[path]));
  if (fields.length === 0) return [];
  const named = fields.slice(0, MOST_NAMED).join(', ');
  const rest = fields.length > MOST_NAMED ? ` and ${fields.length - MOST_NAMED} more` : '';
  return [`nothing in this release obeys ${named}${rest}: the rules are kept, and not held yet`];
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
