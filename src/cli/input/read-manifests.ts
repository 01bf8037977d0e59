import { statSync } from 'node:fs';
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
  /** Where given, only files whose text it accepts are parsed; of the others, and of faults, nothing is told. */
  readonly filter?: (text: string) => boolean;
  /** What was read, by path, so that the same sources can be read a second time: all from pipes, of files some. */
  readonly kept?: Map<string, FileBytes>;
  /** Called after every document and every file. */
  readonly onProgress?: (progress: ReadProgress) => void;
}

const defaultMaxFileBytes = 16 * 2 ** 20;
/** Files that are kept for the second reading, so that usual folders are read once and large ones not held. */
const mostKeptFiles = 10_000;
const largestKeptFile = 8 * 2 ** 10;

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
      const bytes = options.kept?.get(found.path) ?? (await readBytes(found, limit, options));
      for (const read of documentsOf(found.path, bytes, options.filter)) {
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

async function readBytes(
  found: FoundPath,
  limit: number,
  { stdin, kept }: ReadManifestsOptions,
): Promise<FileBytes> {
  const bytes = found === stdinPath ? await readStdin(stdin, limit) : readFound(found, limit);
  if (kept !== undefined && (isSmall(bytes, kept) || !canBeReadAgain(found))) kept.set(found.path, bytes);
  return bytes;
}

function isSmall(bytes: FileBytes, kept: ReadonlyMap<string, FileBytes>): boolean {
  return kept.size < mostKeptFiles && 'length' in bytes && bytes.length <= largestKeptFile;
}

/** Only a path that the user named may be a pipe. */
function canBeReadAgain(found: FoundPath): boolean {
  if (found === stdinPath) return false;
  if ('error' in found || !found.named) return true;
  return statSync(found.path, { throwIfNoEntry: false })?.isFile() === true;
}

function readFound(found: FoundPath, limit: number): FileBytes {
  if ('error' in found) return found;
  try {
    return readLimited(found.path, limit, found.named);
  } catch (error) {
    return { error: explainReadError(error) };
  }
}

function* documentsOf(
  file: string,
  bytes: FileBytes,
  filter: ReadManifestsOptions['filter'],
): Generator<ManifestDocument | UnreadableDocument> {
  const decoded = 'error' in bytes ? bytes : decodeText(bytes);
  if (filter !== undefined && ('error' in decoded || !filter(decoded.text))) return;
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
      error: `${file === '-' ? 'stdin' : file} holds no object, only comments, empty documents or an empty List: write a manifest or leave it out`,
    };
}
