import { GATEWAY } from '../../../api/names.ts';
import { show } from '../../../lib/show.ts';
import { changeSpec, without } from '../../pod/change-pod.ts';
import type { HostAlias } from '../../pod/pod.ts';
import type { TenantPolicy } from '../../tenants/tenant-policy.ts';
import type { Check } from '../check.ts';

/**
 * The host aliases must be those of the tenant's gateway, and no others.
 *
 * Field: `spec.hostAliases`. Allowed: for each address in the status of the tenant one entry, with the name
 * `cloister-gateway` alone; none where the status has no address. If the status is not known, as for a tenant in a
 * file, any addresses with that name.
 */
export const gatewayAliases: Check = {
  name: 'gateway-aliases',
  summary: "The host aliases are the addresses of the tenant's gateway, and nothing else.",
  rationale:
    'The pod has no name server, so its host aliases are the only names that it can resolve. With other aliases the start gate and the agent connect to addresses that the author of the pod chose.',
  fields: ['spec.hostAliases'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'Tenant',
  upstream: null,
  evaluate: ({ spec }, { tenant }, report) => {
    if (tenant === null) return;
    const seen = new Set<string>();
    for (const [index, alias] of (spec.hostAliases ?? []).entries()) {
      const ip = alias?.ip ?? '';
      if (isOfGateway(alias, tenant) && !seen.has(ip)) {
        seen.add(ip);
        continue;
      }
      report({
        field: `spec.hostAliases[${index}]`,
        found: show(alias),
        required: describeRequired(tenant),
        fix: 'Remove it. The gateway resolves names for the agent.',
      });
    }
    const missing = (tenant.gatewayAddresses ?? []).filter((address) => !seen.has(address));
    if (missing.length === 0) return;
    report({
      field: 'spec.hostAliases',
      found: show(spec.hostAliases),
      required: describeRequired(tenant),
      fix: `Add ${missing.map((address) => show(aliasOf(address))).join(' and ')}.`,
    });
  },
  fix: (pod, { review: { tenant } }) => {
    if (!tenant?.gatewayAddresses) return pod;
    const hostAliases = tenant.gatewayAddresses.map(aliasOf);
    return changeSpec(pod, (spec) =>
      hostAliases.length === 0 ? without(spec, 'hostAliases') : { ...spec, hostAliases },
    );
  },
};

function isOfGateway(alias: HostAlias | undefined, { gatewayAddresses }: TenantPolicy): boolean {
  const { ip = '', hostnames = [] } = alias ?? {};
  if (hostnames.length !== 1 || hostnames[0] !== GATEWAY.name) return false;
  return gatewayAddresses === null || gatewayAddresses.includes(ip);
}

function aliasOf(ip: string): HostAlias {
  return { ip, hostnames: [GATEWAY.name] };
}

function describeRequired({ name, gatewayAddresses }: TenantPolicy): string {
  if (gatewayAddresses === null) return `must name ${GATEWAY.name} alone`;
  if (gatewayAddresses.length === 0) {
    return `must not be set while the status of tenant "${name}" has no address of ${GATEWAY.name}`;
  }
  return `must name ${GATEWAY.name} alone, once at each address in the status of tenant "${name}": ${gatewayAddresses.join(', ')}`;
}
