import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { parseTime } from '../../lib/time.ts';
import type { Exemption, TenantPolicy } from './tenant-policy.ts';
import { present, type Unchecked } from '../../api/unchecked.ts';

type Written = NonNullable<Unchecked<TenantIsolation['spec']['exemptions'][number]>>;

/** Prepares a TenantIsolation for evaluating pods. What it does not say is never granted. */
export function compileTenant({ metadata, spec, status }: Unchecked<TenantIsolation>): TenantPolicy {
  const { roles, namespaces, exemptions, imagePullSecrets } = spec ?? {};
  const allowedRoles = new Set(present(roles?.allowed));
  const defaultRole = roles?.default ?? null;
  return {
    name: metadata?.name ?? '',
    creationTimestamp: metadata?.creationTimestamp ?? null,
    namespaces: new Set(present(namespaces?.map((namespace) => namespace?.name))),
    allowedRoles,
    defaultRole: defaultRole !== null && allowedRoles.has(defaultRole) ? defaultRole : null,
    exemptions: present(exemptions).flatMap(compileExemption),
    imagePullSecrets: present(imagePullSecrets),
    gatewayAddresses: compileAddresses({ metadata, status }),
  };
}

/** Returns null for a tenant in a file, which has neither a status nor a creation time. A stored one without addresses has no gateway. */
function compileAddresses({ metadata, status }: Unchecked<Pick<TenantIsolation, 'metadata' | 'status'>>) {
  const addresses = status?.gateway?.clusterIPs;
  if (!addresses && !metadata?.creationTimestamp) return null;
  return present(addresses);
}

/** An exemption that leaves anything out is none. */
function compileExemption(written: Written): readonly Exemption[] {
  const { namespace, serviceAccount, reason, expirationTime } = written;
  const images = new Set(present(written.images));
  const checks = new Set(present(written.checks));
  if (!namespace || !serviceAccount || !reason || !expirationTime) return [];
  // A time that cannot be read is not a number, and no time is before that: the exemption has ended.
  const end = parseTime(expirationTime);
  return [{ namespace, serviceAccount, images, checks, reason, expirationTime: end }];
}
