import type { UnreadableEntry } from './review-entry.ts';

/** Where an object stands, for a person: file, line where it is known, document and item. */
export function placeText(place: Omit<UnreadableEntry, 'error'>): string {
  const line = place.line === undefined ? '' : `:${place.line}`;
  const document = place.document > 0 ? ` document ${place.document}` : '';
  const item = place.item === undefined ? '' : ` item ${place.item}`;
  return `${place.file}${line}${document}${item}`;
}
