import { GATEWAY } from '../../api/names.ts';
import { canonicalAddress } from '../../lib/ip-address.ts';
import { hasEnded, type ObservedPod } from '../observed-objects.ts';
import type { OperatorCaches } from '../operator-caches.ts';

/**
 * Returns the pods that look for the gateway at an address that is none of its own, sorted, as `acme/agent`. A pod reads its
 * host aliases once, when it starts.
 */
export function findLost(
  namespaces: readonly string[],
  clusterIPs: readonly string[],
  { pods }: Pick<OperatorCaches, 'pods'>,
): readonly string[] {
  // While it has no address nobody knows where to look for it.
  if (clusterIPs.length === 0) return [];
  const known = new Set(clusterIPs.map(canonical));
  return namespaces
    .flatMap((namespace) => pods.list(namespace))
    .filter((pod) => isAlive(pod) && aliasesOf(pod).some((address) => !known.has(canonical(address))))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    .sort();
}

function isAlive(pod: ObservedPod): boolean {
  return !hasEnded(pod) && pod.metadata.deletionTimestamp === undefined;
}

function aliasesOf({ spec }: ObservedPod): readonly string[] {
  return (spec?.hostAliases ?? [])
    .filter(({ hostnames }) => hostnames?.includes(GATEWAY.name) === true)
    .map(({ ip = '' }) => ip);
}

function canonical(address: string): string {
  return canonicalAddress(address) ?? address;
}
