import { isRecord } from './is-record.ts';

/**
 * Writes a JSON value so that equal values give equal text: members sorted by the UTF-16 code units of their names, without
 * those that are undefined, and no white space (the form of RFC 8785).
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortMembers(value));
}

function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sortMembers(member)]));
}
