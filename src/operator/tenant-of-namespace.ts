import { LABEL } from '../api/names.ts';
import type { OperatorCaches } from './operator-caches.ts';

/** The tenant whose label a namespace carries; undefined where it carries none, and the operator may write nothing in it. */
export function tenantOfNamespace(
  { namespaces }: Pick<OperatorCaches, 'namespaces'>,
  namespace: string,
): string | undefined {
  return namespaces.get(undefined, namespace)?.metadata.labels?.[LABEL.tenant];
}
