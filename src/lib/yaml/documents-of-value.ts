import type { Positions } from './construct-value.ts';
import { describeValue } from './describe-value.ts';
import { flattenList } from './flatten-list.ts';
import { isRecord } from '../is-record.ts';
import type { LineCounter } from './line-counter.ts';
import type { ManifestDocument, UnreadableDocument } from './manifest-document.ts';

/** Where a document stands. */
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
