import { API_VERSION } from '../../src/api/names.ts';
import { type TenantIsolation, tenantIsolation } from '../../src/api/tenant-isolation.ts';

/** The least that makes a valid TenantIsolation, as its author writes it. */
export const minimalTenantIsolation = {
  apiVersion: API_VERSION,
  kind: 'TenantIsolation',
  metadata: { name: 'minimal' },
  spec: {
    namespaces: [{ name: 'minimal-agents', quota: { sandboxes: 10, hard: { 'requests.cpu': '4' } } }],
    roles: { allowed: ['minimal'], default: 'minimal' },
    onEgressOpen: 'Report',
    adopt: 'Report',
  },
} as const;

/** A valid tenant as the API server stores it, defaults included, changed by `tweak`. */
export const buildTenantIsolation = (
  tweak: (tenant: TenantIsolation) => void = () => {},
): TenantIsolation => {
  const tenant = tenantIsolation.schema.parse(minimalTenantIsolation);
  tweak(tenant);
  return tenant;
};
