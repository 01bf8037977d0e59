import { systemNamespaceOf } from '../../api/names.ts';
import { applyWanted, type ApplyOutcome } from '../../controller/apply-wanted.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import { resources } from '../../kube/resources.ts';
import { DATABASE_RECORD } from '../../policy/database/database-record.ts';
import { databaseConfigMap } from '../../render/tenant/database-config-map.ts';
import type { OperatorCaches } from '../operator-caches.ts';

/** What the records of tenants are kept with. */
export interface RecordContext {
  readonly client: Pick<KubeClient, 'list' | 'apply' | 'delete'>;
  readonly logger: KubeLogger;
  readonly caches: Pick<OperatorCaches, 'configMaps'>;
}

/** Where the record of a tenant is. */
export function recordPlace(tenant: string): { readonly namespace: string; readonly name: string } {
  return { namespace: systemNamespaceOf(tenant), name: DATABASE_RECORD.configMap };
}

/** Writes a record where the API server has another or none. */
export async function keepRecord(
  tenant: string,
  record: string,
  { client, logger, caches }: RecordContext,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const { apiVersion: _version, kind: _kind, ...object } = databaseConfigMap(tenant, record);
  const { namespace, name } = recordPlace(tenant);
  const known = caches.configMaps.get(namespace, name);
  const wanted = { resource: resources.configMaps, object, exact: ['data'] };
  const outcome = await applyWanted(wanted, known, { client, signal });
  if (outcome === 'Written') logger.info({ kind: 'ConfigMap', namespace, name }, 'object applied');
  return outcome;
}

/** Deletes a record, when nothing of what it says is left. */
export async function deleteRecord(tenant: string, { client, logger, caches }: RecordContext): Promise<void> {
  const place = recordPlace(tenant);
  const uid = caches.configMaps.get(place.namespace, place.name)?.metadata.uid;
  logger.info({ kind: 'ConfigMap', ...place }, 'object deleted');
  try {
    await client.delete(resources.configMaps, place, uid === undefined ? {} : { uid });
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
}
