import { reasonOf } from './error-from-answer.ts';
import { KubeError } from './kube-error.ts';
import type { KubeObject } from './kube-object.ts';

/** One event of a watch; a bookmark only moves the resource version on. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'Added' | 'Modified' | 'Deleted'; readonly object: T }
  | { readonly type: 'Bookmark'; readonly resourceVersion: string };

const objectTypes = { ADDED: 'Added', MODIFIED: 'Modified', DELETED: 'Deleted' } as const;

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
  return { type: objectTypes[type], object: object as T };
}

function parseLine(request: string, line: string): Line {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch (cause) {
    throw malformed(request, line, cause);
  }
}

function isObject(value: unknown): value is KubeObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    'metadata' in value &&
    typeof value.metadata === 'object' &&
    value.metadata !== null
  );
}

function errorEvent(request: string, status: Status | undefined): KubeError {
  const code = status?.code ?? 500;
  const message = `${request} was ended by the API server: ${status?.message ?? `code ${code}`}`;
  return new KubeError(message, { reason: reasonOf(code, status ?? {}), status: code });
}

function malformed(request: string, line: string, cause?: unknown): KubeError {
  const message = `${request} received what is no watch event (${line.length} characters)`;
  return new KubeError(message, { reason: 'Unknown', cause });
}
