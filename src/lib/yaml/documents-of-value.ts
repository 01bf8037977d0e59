import { isRecord } from '../is-record.ts';
import type { Positions } from './construct-value.ts';
import type { LineCounter } from './line-counter.ts';
import type { Locate, ValuePath } from './locate-value.ts';
import type { ManifestDocument, UnreadableDocument, ValuePlace } from './manifest-document.ts';

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

/** A document that finds its values again. Its text is no member of it, so that copies are plain data. */
class LocatedDocument implements ManifestDocument {
  readonly file: string;
  readonly document: number;
  readonly item?: number;
  readonly line: number;
  readonly object: Record<string, unknown>;
  readonly #lines: LineCounter;
  readonly #find: (paths: readonly ValuePath[]) => ReturnType<Locate>;

  /** `start` is undefined for an object of a List in a List. */
  constructor(
    object: Record<string, unknown>,
    start: number | undefined,
    place: DocumentPlace,
    item?: number,
  ) {
    this.file = place.file;
    this.document = place.document;
    if (item !== undefined) this.item = item;
    this.line = place.lines.lineAt(start ?? place.start);
    this.object = object;
    this.#lines = place.lines;
    this.#find = (paths) => (start === undefined ? paths.map(() => null) : place.locate(start, paths));
  }

  locate(paths: readonly ValuePath[]): readonly ValuePlace[] {
    const found = this.#find(paths).map((value, index) => ({ value, index }));
    // Lines are counted fastest from first to last.
    const inOrder = found.toSorted((one, other) => (one.value?.offset ?? 0) - (other.value?.offset ?? 0));
    const places: ValuePlace[] = [];
    for (const { value, index } of inOrder) {
      const line = value === null ? this.line : this.#lines.lineAt(value.offset);
      places[index] = { line, written: value?.written ?? null };
    }
    return places;
  }
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
    yield new LocatedDocument(value, place.start, place);
    return;
  }
  for (const [item, entry] of items.entries()) {
    if ('error' in entry) {
      yield { file, document, item, line, error: entry.error };
      continue;
    }
    yield new LocatedDocument(entry.object, positions.get(entry.object), place, item);
  }
}

/** An object of a List, or why there is none. */
type ListItem = { readonly object: Record<string, unknown> } | { readonly error: string };

/**
 * The objects that kubectl makes of one document, or undefined for an object that stands alone. An object with a
 * top-level `items` is a List to kubectl, whatever its kind: its items take its kind (without `List`) and apiVersion
 * where they have neither. A List within it is opened too, although kubectl refuses it: what it holds is judged at least.
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
  const shown = JSON.stringify(value);
  return `the ${typeof value} ${shown.length > 40 ? `${shown.slice(0, 37)}…` : shown}`;
}
