import type { TenantIsolation } from '../../api/tenant-isolation.ts';

/**
 * Returns a sentence without a full stop for each tenant that names a namespace of Vault. None where the operator logs in to a
 * namespace: that Vault has them.
 */
export function namespaceWarnings(
  tenants: readonly TenantIsolation[],
  ownNamespace: string | null,
): readonly string[] {
  if (ownNamespace !== null) return [];
  return tenants.flatMap(({ metadata, spec: { vault } }) =>
    vault?.namespace === undefined
      ? []
      : [
          `TenantIsolation "${metadata.name}": spec.vault.namespace is ${JSON.stringify(vault.namespace)}; only Vault ` +
            'Enterprise and OpenBao have namespaces, and with another Vault the operator refuses the tenant: remove the field there',
        ],
  );
}
