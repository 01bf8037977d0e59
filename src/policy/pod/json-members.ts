import { isRecord } from '../../lib/is-record.ts';

/** An object of a decoded manifest; a member that is null counts as absent. */
export type Json = Readonly<Record<string, unknown>>;

/** The objects of a list; none where there is no list. */
export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** An object; empty where there is none. */
export function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}

/** A text; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
