import { isRecord } from '../../lib/is-record.ts';

/** An object of a decoded manifest; a member that is null counts as absent. */
export type Json = Readonly<Record<string, unknown>>;

/** The objects of a decoded list; none where there is no list. */
export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : NONE;
}

const NONE: readonly Json[] = [];
const EMPTY: Json = {};

/** An object; empty where there is none. */
export function recordOf(value: unknown): Json {
  return isRecord(value) ? value : EMPTY;
}

/** A text; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
