import { isRecord } from '../is-record.ts';
import type { Positions } from './construct-value.ts';
import type { LineCounter } from './line-counter.ts';
import type { ManifestDocument, UnreadableDocument } from './manifest-document.ts';

/** Where a document is. */
export interface DocumentPlace {
  readonly file: string;
  readonly document: number;
  /** Offset of the document's root. */
  readonly start: number;
  readonly lines: LineCounter;
  readonly positions: Positions;
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
    yield { file, document, line, object: value };
    return;
  }
  for (const [item, entry] of items.entries()) {
    if ('error' in entry) {
      yield { file, document, item, line, error: entry.error };
      continue;
    }
    const start = positions.get(entry.object);
    yield {
      file,
      document,
      item,
      line: start === undefined ? line : lines.lineAt(start),
      object: entry.object,
    };
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
