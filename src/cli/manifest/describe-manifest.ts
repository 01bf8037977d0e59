import { isRecord } from '../../lib/is-record.ts';
import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';

/** The kind, namespace and name that a manifest has; null where it has none. */
export interface Identity {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string | null;
}

/** Returns the kind, namespace and name of a manifest. `generateName` replaces a name that is not set. */
export function identify({ object }: Pick<ManifestDocument, 'object'>): Identity {
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  return {
    kind: text(object['kind']) ?? '',
    namespace: text(metadata['namespace']),
    name: text(metadata['name']) ?? text(metadata['generateName']),
  };
}

/** Names an object for a person: `Pod acme-agents/hermes`. */
export function describeIdentity({ kind, namespace, name }: Identity): string {
  const path = [namespace, name].filter((part) => part !== null).join('/');
  return path === '' ? kind : `${kind} ${path}`;
}

/** Says for a person where a document is: file, line if it is known, document and item. */
export function describePlace(place: Omit<UnreadableDocument, 'error'>): string {
  const line = place.line === undefined ? '' : `:${place.line}`;
  const document = place.document > 0 ? ` document ${place.document}` : '';
  const item = place.item === undefined ? '' : ` item ${place.item}`;
  return `${place.file}${line}${document}${item}`;
}
