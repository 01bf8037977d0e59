import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import { readDocuments } from '../../lib/yaml/read-documents.ts';
import { decodeText } from './decode-text.ts';
import { explainReadError } from './explain-read-error.ts';
import { findManifests } from './find-manifests.ts';
import type { FoundPath } from './find-manifests.ts';
import { readLimited } from './read-limited.ts';
import type { FileBytes } from './read-limited.ts';
import { readStdin } from './read-stdin.ts';

/** How far the reading has come: files finished and documents handed out. */
export interface ReadProgress {
  readonly files: number;
  readonly documents: number;
}

export interface ReadManifestsOptions {
  /** What the source `-` reads. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Bytes; a larger file is reported and not read. 16 MiB where left out. */
  readonly maxFileBytes?: number;
  /** Called after every document and every file. */
  readonly onProgress?: (progress: ReadProgress) => void;
}

const defaultMaxFileBytes = 16 * 2 ** 20;

/**
 * Reads the manifests of files, folders (with all below them) and `-` for stdin, one file in memory at a time. What
 * cannot be read is an {@link UnreadableDocument} in its place and the rest is still read; nothing throws for bad input.
 * A file named twice, or reached by two ways, is read once.
 */
export async function* readManifests(
  sources: readonly string[],
  options: ReadManifestsOptions,
): AsyncGenerator<ManifestDocument | UnreadableDocument> {
  const limit = options.maxFileBytes ?? defaultMaxFileBytes;
  const seen = new Set<string>();
  let files = 0;
  let documents = 0;
  for (const source of sources) {
    for (const found of source === '-' ? [stdinPath] : findManifests(source, seen)) {
      const bytes = found === stdinPath ? await readStdin(options.stdin, limit) : readFound(found, limit);
      for (const read of documentsOf(found.path, bytes)) {
        documents += 1;
        yield read;
        options.onProgress?.({ files, documents });
      }
      files += 1;
      options.onProgress?.({ files, documents });
    }
  }
}

const stdinPath: FoundPath = { path: '-', named: true };

function readFound(found: FoundPath, limit: number): FileBytes {
  if ('error' in found) return found;
  try {
    return readLimited(found.path, limit, found.named);
  } catch (error) {
    return { error: explainReadError(error) };
  }
}

function* documentsOf(file: string, bytes: FileBytes): Generator<ManifestDocument | UnreadableDocument> {
  const decoded = 'error' in bytes ? bytes : decodeText(bytes);
  if ('error' in decoded) {
    yield { file, document: 0, error: `${file === '-' ? 'stdin' : file} ${decoded.error}` };
    return;
  }
  let found = false;
  for (const read of readDocuments(decoded.text, { file })) {
    found = true;
    yield read;
  }
  if (!found)
    yield {
      file,
      document: 0,
      error: `${file === '-' ? 'stdin' : file} holds no object, only comments or empty documents: write a manifest or leave it out`,
    };
}
