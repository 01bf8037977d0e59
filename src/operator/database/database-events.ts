import { systemNamespaceOf } from '../../api/names.ts';
import type { EventFacts } from '../../controller/event-object.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { DatabaseProblem } from './database-isolation.ts';

/** The event for what stays behind in a database, since a person forced the release; of the namespace, since the tenant may be gone. */
export function databaseReleasedEvent(
  tenant: string,
  { namespaces }: Pick<OperatorCaches, 'namespaces'>,
  { message }: DatabaseProblem,
): EventFacts {
  const name = systemNamespaceOf(tenant);
  const metadata = namespaces.get(undefined, name)?.metadata ?? { name };
  return {
    regarding: { apiVersion: 'v1', kind: 'Namespace', metadata },
    type: 'Warning',
    reason: 'ForceReleased',
    action: 'RemoveDatabase',
    note: `The release was forced by an annotation. Left behind: ${message}`,
  };
}
