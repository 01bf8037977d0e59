import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import { readDocuments } from '../../lib/yaml/read-documents.ts';
import { findManifests, type FoundPath } from './find-manifests.ts';
import { readFileText, type ReadText, readStreamText } from './read-text.ts';

/** The text of a file, or why it could not be read. */
export type ManifestText = { readonly file: string; readonly text: string } | UnreadableDocument;

export interface ReadTextsOptions {
  /** What the source `-` reads. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** A larger file is reported and not read. Defaults to 16 MiB. */
  readonly maxFileBytes?: number;
}

/** What has been parsed so far. */
export interface ParseProgress {
  readonly files: number;
  readonly documents: number;
}

const DEFAULT_MAX_FILE_BYTES = 16 * 2 ** 20;
const STDIN: FoundPath = { path: '-', named: true };

/**
 * Reads files, folders (with everything below them) and `-` for stdin. What cannot be read is an error in its place, and
 * reading goes on. A file that is named twice, or reached in two ways, is read once.
 */
export async function readTexts(
  sources: readonly string[],
  options: ReadTextsOptions,
): Promise<readonly ManifestText[]> {
  const texts: ManifestText[] = [];
  const seen = new Set<string>();
  for (const source of sources) {
    for (const found of source === '-' ? [STDIN] : findManifests(source, seen)) {
      const read = await readPath(found, options);
      const file = found.path;
      texts.push('text' in read ? { file, text: read.text } : unreadable(file, read.error));
    }
  }
  return texts;
}

/** Parses the documents of texts in order, one text at a time. Calls `onProgress` after every document and every text. */
export function* parseTexts(
  texts: Iterable<ManifestText>,
  onProgress?: (progress: ParseProgress) => void,
): Generator<ManifestDocument | UnreadableDocument> {
  let files = 0;
  let documents = 0;
  for (const text of texts) {
    for (const document of 'error' in text ? [text] : parseText(text)) {
      documents += 1;
      yield document;
      onProgress?.({ files, documents });
    }
    files += 1;
    onProgress?.({ files, documents });
  }
}

async function readPath(
  found: FoundPath,
  { stdin, maxFileBytes = DEFAULT_MAX_FILE_BYTES }: ReadTextsOptions,
): Promise<ReadText> {
  if ('error' in found) return found;
  if (found === STDIN) return readStreamText(stdin, maxFileBytes);
  return readFileText(found.path, maxFileBytes, found.named);
}

function* parseText({
  file,
  text,
}: Exclude<ManifestText, UnreadableDocument>): Generator<ManifestDocument | UnreadableDocument> {
  let isEmpty = true;
  for (const document of readDocuments(text, { file })) {
    isEmpty = false;
    yield document;
  }
  if (isEmpty) {
    const found = 'holds no object, only comments, empty documents or an empty List';
    yield unreadable(file, `${found}: write a manifest or leave it out`);
  }
}

function unreadable(file: string, error: string): UnreadableDocument {
  return { file, document: 0, error: `${file === '-' ? 'stdin' : file} ${error}` };
}
