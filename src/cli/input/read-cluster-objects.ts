import type { AgentRole } from '../../api/agent-role.ts';
import { API_VERSION } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { type CloisterObject, readCloisterObject } from './read-cloister-object.ts';

/** The objects of a kind on a cluster, and sentences without a full stop about those that cannot be read. */
export interface ReadObjects<Read> {
  readonly objects: readonly Read[];
  readonly problems: readonly string[];
}

/** Rejects with a KubeError. */
export async function readRoles(client: Pick<KubeClient, 'list'>): Promise<ReadObjects<AgentRole>> {
  const { items } = await client.list<KubeObject>(resources.agentRoles);
  return readEach(items, 'AgentRole', (object) => (object.kind === 'AgentRole' ? object : null));
}

/** Rejects with a KubeError. */
export async function readTenants(client: Pick<KubeClient, 'list'>): Promise<ReadObjects<TenantIsolation>> {
  const { items } = await client.list<KubeObject>(resources.tenantIsolations);
  return readEach(items, 'TenantIsolation', (object) => (object.kind === 'TenantIsolation' ? object : null));
}

function readEach<Read>(
  items: readonly KubeObject[],
  kind: CloisterObject['kind'],
  narrow: (object: CloisterObject) => Read | null,
): ReadObjects<Read> {
  const objects: Read[] = [];
  const problems: string[] = [];
  for (const item of items) {
    const reading = readCloisterObject({ ...item, apiVersion: API_VERSION, kind });
    if (reading === null || 'error' in reading) {
      problems.push(`${kind} "${item.metadata.name}": ${reading?.error ?? 'cannot be read'}`);
      continue;
    }
    const object = narrow(reading.object);
    if (object !== null) objects.push(object);
  }
  return { objects, problems };
}
