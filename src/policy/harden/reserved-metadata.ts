import { LABEL } from '../../api/names.ts';
import { isReservedKey } from '../admission/checks/reserved-metadata.ts';
import type { Pod } from '../pod/pod.ts';
import type { Fix } from './fix.ts';

/** Removes what only the operator sets. */
export const reservedMetadata: Fix = {
  check: 'reserved-metadata',
  apply: (pod) => {
    const { labels, annotations } = pod.metadata ?? {};
    const metadata: NonNullable<Pod['metadata']> = {
      ...pod.metadata,
      ...(labels ? { labels: free(labels) } : {}),
      ...(annotations ? { annotations: free(annotations) } : {}),
    };
    return { ...pod, metadata };
  },
};

function free(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).filter(([key]) => key === LABEL.role || !isReservedKey(key)),
  );
}
