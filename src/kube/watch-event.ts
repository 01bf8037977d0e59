import { isRecord } from '../lib/is-record.ts';
import { KubeError } from './kube-error.ts';
import type { KubeObject } from './kube-object.ts';
import { reasonOf } from './request-error.ts';

/** One event of a watch; a bookmark only moves the resource version on. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'Added' | 'Modified' | 'Deleted'; readonly object: T }
  | { readonly type: 'Bookmark'; readonly resourceVersion: string };

const EVENT_TYPES = { ADDED: 'Added', MODIFIED: 'Modified', DELETED: 'Deleted' } as const;

interface Line {
  readonly type?: unknown;
  readonly object?: unknown;
}
interface Status {
  readonly code?: number;
  readonly message?: string;
  readonly reason?: string;
}

/** Reads one line of a watch; `request` names the watch. Throws a KubeError for an ERROR event and for what is no event. */
export function parseWatchEvent<T extends KubeObject>(request: string, line: string): WatchEvent<T> {
  const { type, object } = parseLine(request, line);
  if (type === 'ERROR') throw errorEvent(request, object as Status | undefined);
  if (!isObject(object)) throw malformed(request, line);
  if (type === 'BOOKMARK') {
    return { type: 'Bookmark', resourceVersion: object.metadata.resourceVersion ?? '' };
  }
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') throw malformed(request, line);
  return { type: EVENT_TYPES[type], object: object as T };
}

function parseLine(request: string, line: string): Line {
  try {
    const parsed: unknown = JSON.parse(line);
    return isRecord(parsed) ? parsed : {};
  } catch (cause) {
    throw malformed(request, line, cause);
  }
}

function isObject(value: unknown): value is KubeObject {
  return isRecord(value) && isRecord(value['metadata']);
}

function errorEvent(request: string, status: Status | undefined): KubeError {
  const code = status?.code ?? 500;
  const message = `${request} was ended by the API server: ${status?.message ?? `code ${code}`}`;
  return new KubeError(message, { reason: reasonOf(code, status ?? {}), status: code });
}

function malformed(request: string, line: string, cause?: unknown): KubeError {
  const message = `${request} received something that is not a watch event (${line.length} characters)`;
  return new KubeError(message, { reason: 'Unknown', cause });
}

/** Cuts a byte stream into lines: takes each chunk and returns the lines that the chunk completes. */
export type LineSplitter = (chunk: Uint8Array) => string[];

/**
 * Creates a splitter for one stream. Characters and lines may be cut anywhere between chunks; what follows the last
 * newline is kept back, so a line that the connection cut off is never seen. Throws a RangeError when a line
 * grows past `maxCharacters` UTF-16 units.
 */
export function createLineSplitter(maxCharacters: number): LineSplitter {
  const decoder = new TextDecoder();
  let pending: string[] = [];
  let length = 0;
  return (chunk) => {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    const rest = parts.pop() ?? '';
    const lines: string[] = [];
    for (const part of parts) {
      pending.push(part);
      lines.push(pending.join(''));
      pending = [];
      length = 0;
    }
    pending.push(rest);
    length += rest.length;
    if (length > maxCharacters) throw new RangeError(`a line is longer than ${maxCharacters} characters`);
    return lines.filter((line) => line.trim() !== '');
  };
}
