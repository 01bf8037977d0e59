import type { KubeObject } from '../kube/kube-object.ts';
import { canonicalAddress } from '../lib/ip-address.ts';

/** What the gateway keeps of a pod. */
export interface KnownPod extends KubeObject {
  /** The addresses that tell this pod; none where it has ended, is being deleted, or uses the network of its node. */
  readonly addresses: readonly string[];
  /** The addresses of its node. */
  readonly nodeAddresses: readonly string[];
}

/** The fields of a pod that are read here. */
export interface WatchedPod extends KubeObject {
  readonly spec?: { readonly hostNetwork?: boolean };
  readonly status?: {
    readonly phase?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
    readonly hostIPs?: readonly { readonly ip?: string }[];
  };
}

/** Keeps of a pod what tells it by its address. */
export function keepPod({ metadata, spec, status }: WatchedPod): KnownPod {
  const { name, namespace, uid, resourceVersion } = metadata;
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  const isNamed = !hasEnded && metadata.deletionTimestamp === undefined && spec?.hostNetwork !== true;
  return {
    metadata: { name, namespace, uid, resourceVersion },
    addresses: isNamed ? addressesOf(status?.podIPs) : [],
    nodeAddresses: addressesOf(status?.hostIPs),
  };
}

function addressesOf(entries: readonly { readonly ip?: string }[] | undefined): readonly string[] {
  return (entries ?? []).flatMap(({ ip }) => canonicalAddress(ip ?? '') ?? []);
}
