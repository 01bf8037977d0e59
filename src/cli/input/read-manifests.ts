import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import { readDocuments } from '../../lib/yaml/read-documents.ts';
import { findManifests, type FoundPath } from './find-manifests.ts';
import { readFileText, type ReadText, readStreamText } from './read-text.ts';

/** What has been read so far. */
export interface ReadProgress {
  readonly files: number;
  readonly documents: number;
}

export interface ReadManifestsOptions {
  /** What the source `-` reads. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** A larger file is reported and not read. Defaults to 16 MiB. */
  readonly maxFileBytes?: number;
  /** Called after every document and every file. */
  readonly onProgress?: (progress: ReadProgress) => void;
}

const DEFAULT_MAX_FILE_BYTES = 16 * 2 ** 20;
const STDIN: FoundPath = { path: '-', named: true };

/**
 * Reads the manifests of files, folders (with everything below them) and `-` for stdin, one file at a time. What cannot
 * be read is an {@link UnreadableDocument} in its place, and reading goes on; nothing is thrown for bad input. A file
 * that is named twice, or reached in two ways, is read once.
 */
export async function* readManifests(
  sources: readonly string[],
  options: ReadManifestsOptions,
): AsyncGenerator<ManifestDocument | UnreadableDocument> {
  const seen = new Set<string>();
  let files = 0;
  let documents = 0;
  for (const source of sources) {
    for (const found of source === '-' ? [STDIN] : findManifests(source, seen)) {
      for (const document of documentsOf(found.path, await readPath(found, options))) {
        documents += 1;
        yield document;
        options.onProgress?.({ files, documents });
      }
      files += 1;
      options.onProgress?.({ files, documents });
    }
  }
}

async function readPath(
  found: FoundPath,
  { stdin, maxFileBytes = DEFAULT_MAX_FILE_BYTES }: ReadManifestsOptions,
): Promise<ReadText> {
  if ('error' in found) return found;
  if (found === STDIN) return readStreamText(stdin, maxFileBytes);
  return readFileText(found.path, maxFileBytes, found.named);
}

function* documentsOf(file: string, read: ReadText): Generator<ManifestDocument | UnreadableDocument> {
  const subject = file === '-' ? 'stdin' : file;
  if ('error' in read) {
    yield { file, document: 0, error: `${subject} ${read.error}` };
    return;
  }
  let isEmpty = true;
  for (const document of readDocuments(read.text, { file })) {
    isEmpty = false;
    yield document;
  }
  if (isEmpty) {
    const error = `${subject} holds no object, only comments, empty documents or an empty List: write a manifest or leave it out`;
    yield { file, document: 0, error };
  }
}
