import { API_VERSION } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import type { VaultMounts } from '../../policy/vault/vault-mounts.ts';
import type { VaultSettings } from '../../vault/vault-settings.ts';
import { readCloisterObject } from '../input/read-cloister-object.ts';

/** The tenants of a cluster, and sentences without a full stop about those that cannot be read. */
export interface ReadTenants {
  readonly tenants: readonly TenantIsolation[];
  readonly problems: readonly string[];
}

/** Rejects with a KubeError. */
export async function readTenants(client: KubeClient): Promise<ReadTenants> {
  const { items } = await client.list<KubeObject>(resources.tenantIsolations);
  const tenants: TenantIsolation[] = [];
  const problems: string[] = [];
  for (const item of items) {
    const reading = readCloisterObject({ ...item, apiVersion: API_VERSION, kind: 'TenantIsolation' });
    if (reading === null || 'error' in reading)
      problems.push(`TenantIsolation "${item.metadata.name}": ${reading?.error ?? 'cannot be read'}`);
    else if (reading.object.kind === 'TenantIsolation') tenants.push(reading.object);
  }
  return { tenants, problems };
}

/** A namespace of Vault with what tenants use there. */
export interface VaultArea {
  /** From the root; null for the root itself. */
  readonly namespace: string | null;
  readonly authMounts: readonly string[];
  readonly databaseMounts: readonly string[];
}

type Own = Pick<VaultSettings, 'namespace' | 'authMount'>;

/** Where identities may be: in the mounts that tenants name; where none names any, at the operator's own login. */
export function areasOf(mounts: readonly VaultMounts[], own: Own): readonly VaultArea[] {
  if (mounts.length === 0)
    return [{ namespace: own.namespace, authMounts: [own.authMount], databaseMounts: [] }];
  return mounts.map(({ namespace, authMounts, databaseMounts }) => ({
    namespace: fromRoot(namespace, own.namespace),
    authMounts,
    databaseMounts,
  }));
}

/** A namespace as a request names it, from one as a policy of the operator does. */
function fromRoot(namespace: string | null, own: string | null): string | null {
  if (own === null || namespace === null) return namespace ?? own;
  return `${own}/${namespace}`;
}
