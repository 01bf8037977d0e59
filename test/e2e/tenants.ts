import type { TenantIsolation } from '../../src/api/tenant-isolation.ts';
import type { ClusterCalls } from './cluster-calls.ts';

export const KINDS = '/apis/cloister.dev/v1alpha1';
export const ROLES = `${KINDS}/agentroles`;
export const TENANTS = `${KINDS}/tenantisolations`;

type Spec = TenantIsolation['spec'];

/** Changes fields of a tenant's spec from what they are; throws when that is refused. */
export async function changeTenant(
  calls: ClusterCalls,
  name: string,
  change: (spec: Spec) => Partial<Spec>,
): Promise<void> {
  const { object } = await calls.read(`${TENANTS}/${name}`);
  const { status, message } = await calls.merge(`${TENANTS}/${name}`, {
    spec: change(object['spec'] as Spec),
  });
  if (status !== 200) throw new Error(`tenant ${name}: ${status} ${message}`);
}

/** A namespace as a tenant lists it. */
export const listed = (name: string): Spec['namespaces'][number] => ({
  name,
  quota: { sandboxes: 5, hard: { 'requests.cpu': '4' } },
});
