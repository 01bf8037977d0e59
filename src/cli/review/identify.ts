import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import { isRecord } from '../../lib/is-record.ts';

/** What a manifest calls itself; null where it does not. */
export interface Identity {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string | null;
}

/** The kind, namespace and name of a manifest; `generateName` stands in for a name. */
export function identify({ object }: Pick<ManifestDocument, 'object'>): Identity {
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  return {
    kind: text(object['kind']) ?? '',
    namespace: text(metadata['namespace']),
    name: text(metadata['name']) ?? text(metadata['generateName']),
  };
}
