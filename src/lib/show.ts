import { shorten } from './shorten.ts';

const MAX_SHOWN_CHARACTERS = 200;

/** How a message shows a value that was found: as JSON on one line, cut where it is long; `not set` where there is none. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'not set';
  return shorten(JSON.stringify(value), MAX_SHOWN_CHARACTERS);
}
