import { systemNamespaceOf } from '../../api/names.ts';
import { DATABASE_RECORD } from '../../policy/database/database-record.ts';
import { MANAGED_LABELS, type RenderedObject } from './rendered-object.ts';

/** What was set up in which database for a tenant: without it nobody could take that away when the tenant is gone. */
export function databaseConfigMap(tenant: string, record: string): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: DATABASE_RECORD.configMap,
      namespace: systemNamespaceOf(tenant),
      labels: MANAGED_LABELS,
    },
    data: { [DATABASE_RECORD.key]: record },
  };
}
