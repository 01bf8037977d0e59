import { isRecord } from '../is-record.ts';
import { shorten } from '../shorten.ts';
import type { Positions } from './construct-value.ts';
import type { LineCounter } from './line-counter.ts';
import type { Locate, ValuePath } from './locate-value.ts';
import type { ManifestDocument, UnreadableDocument, ValuePlace } from './manifest-document.ts';

const MAX_SHOWN_CHARACTERS = 40;

/** Where a document is. */
export interface DocumentPlace {
  readonly file: string;
  readonly document: number;
  /** Offset of the document's root. */
  readonly start: number;
  readonly lines: LineCounter;
  readonly positions: Positions;
  readonly locate: Locate;
}

/**
 * A document of an object that starts at an offset; undefined for one of a List in a List. Not a class: its instances
 * outlive many collections, with all that they hold, and double the work of the collector.
 */
function locatedDocument(
  object: Record<string, unknown>,
  start: number | undefined,
  place: DocumentPlace,
): ManifestDocument {
  const { file, document, lines } = place;
  const line = lines.lineAt(start ?? place.start);
  const locate = (paths: readonly ValuePath[]): readonly ValuePlace[] =>
    start === undefined
      ? paths.map(() => ({ line, column: null, written: null }))
      : placesOf(place, start, paths);
  return { file, document, line, object, locate };
}

function placesOf(
  { locate, lines }: DocumentPlace,
  start: number,
  paths: readonly ValuePath[],
): readonly ValuePlace[] {
  const found = locate(start, paths).map((value, index) => ({
    index,
    offset: start,
    written: null,
    ...value,
  }));
  const places: ValuePlace[] = [];
  // Lines are counted fastest from first to last.
  for (const { index, offset, written } of found.toSorted((one, other) => one.offset - other.offset)) {
    places[index] = { line: lines.lineAt(offset), column: lines.columnAt(offset), written };
  }
  return places;
}

/** The objects of one parsed document: itself, or the items of a List. */
export function* documentsOfValue(
  value: unknown,
  place: DocumentPlace,
): Generator<ManifestDocument | UnreadableDocument> {
  const { file, document, lines, positions } = place;
  const line = lines.lineAt(place.start);
  if (!isRecord(value)) {
    yield {
      file,
      document,
      line,
      error: `the document is ${describeValue(value)}: a manifest is an object with apiVersion, kind and metadata`,
    };
    return;
  }
  const items = flattenList(value);
  if (items === undefined) {
    yield locatedDocument(value, place.start, place);
    return;
  }
  for (const [item, entry] of items.entries()) {
    if ('error' in entry) {
      yield { file, document, item, line, error: entry.error };
      continue;
    }
    yield { ...locatedDocument(entry.object, positions.get(entry.object), place), item };
  }
}

/** An object of a List, or why there is none. */
type ListItem = { readonly object: Record<string, unknown> } | { readonly error: string };

/**
 * The objects that kubectl makes of one document, or undefined for an object that stands alone. An object with a
 * top-level `items` is a List to kubectl, whatever its kind: its items take its kind (without `List`) and apiVersion
 * where they have neither. A List within it is opened too, although kubectl refuses it: what it holds is reviewed at least.
 */
function flattenList(object: Record<string, unknown>): ListItem[] | undefined {
  if (!Object.hasOwn(object, 'items')) return undefined;
  const items = object['items'];
  if (items === null) return [];
  if (!Array.isArray(items)) {
    return [
      {
        error: `items is ${describeValue(items)}: kubectl takes an object with items for a List, so make it a list`,
      },
    ];
  }
  const kind = typeof object['kind'] === 'string' ? object['kind'].replace(/List$/, '') : '';
  return items.flatMap((item: unknown, index): ListItem[] => {
    if (!isRecord(item)) return [{ error: `items[${index}] is ${describeValue(item)}: make it an object` }];
    if (Array.isArray(item['items'])) return flattenList(item) ?? [];
    if (!isAbsent(item['kind']) || !isAbsent(item['apiVersion'])) return [{ object: item }];
    item['kind'] = kind;
    item['apiVersion'] = typeof object['apiVersion'] === 'string' ? object['apiVersion'] : '';
    return [{ object: item }];
  });
}

function isAbsent(value: unknown): boolean {
  return typeof value !== 'string' || value === '';
}

/** Names a JSON value for a message: `a list`, `the string "x"`, `null`. Long strings are cut. */
function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return `the ${typeof value} ${shorten(JSON.stringify(value), MAX_SHOWN_CHARACTERS)}`;
}
