import { isRecord } from './is-record.ts';

/** Reads a JSON Pointer (RFC 6901) that is not empty: the names of members and the indexes of items, unescaped. */
export function parsePointer(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Writes the JSON Pointer of a path of names and indexes. */
export function formatPointer(tokens: readonly string[]): string {
  return tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

const INDEX = /^(?:0|[1-9]\d*)$/;

/** The member or item of this name that a value has itself; undefined where it has none. */
export function memberOf(value: unknown, token: string): unknown {
  if (Array.isArray(value)) return INDEX.test(token) ? value[Number(token)] : undefined;
  return isRecord(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

/** What a pointer points to in a value; undefined where there is nothing. */
export function valueAt(value: unknown, tokens: readonly string[]): unknown {
  return tokens.reduce(memberOf, value);
}
