import { LABEL } from '../api/names.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import { canonicalAddress } from '../lib/ip-address.ts';

/** What the gateway keeps of a pod. */
export interface KnownPod extends KubeObject {
  /** The addresses that tell this pod; none where it has ended, is being deleted, or uses the network of its node. */
  readonly addresses: readonly string[];
  /** The addresses that it still has while it is being deleted. */
  readonly endingAddresses: readonly string[];
  /** The addresses of its node. */
  readonly nodeAddresses: readonly string[];
  /** The role and the sandbox that its labels name; null where they name none. */
  readonly role: string | null;
  readonly sandbox: string | null;
  /** Whether the operator has marked it as cut off. */
  readonly isContained: boolean;
  readonly serviceAccount: string;
}

/** The fields of a pod that are read here. */
export interface WatchedPod extends KubeObject {
  readonly spec?: { readonly hostNetwork?: boolean; readonly serviceAccountName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
    readonly hostIPs?: readonly { readonly ip?: string }[];
  };
}

/** Keeps of a pod what tells it by its address, and what its labels say of it. */
export function keepPod({ metadata, spec, status }: WatchedPod): KnownPod {
  const { name, namespace, uid, resourceVersion, labels } = metadata;
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  // What has ended has given its addresses back; those on the network of a node are not its own.
  const addresses = hasEnded || spec?.hostNetwork === true ? [] : addressesOf(status?.podIPs);
  const isEnding = metadata.deletionTimestamp !== undefined;
  return {
    metadata: { name, namespace, uid, resourceVersion },
    addresses: isEnding ? [] : addresses,
    endingAddresses: isEnding ? addresses : [],
    nodeAddresses: addressesOf(status?.hostIPs),
    ...keepLabels(labels ?? {}),
    serviceAccount: spec?.serviceAccountName ?? 'default',
  };
}

function keepLabels(
  labels: Readonly<Record<string, string>>,
): Pick<KnownPod, 'role' | 'sandbox' | 'isContained'> {
  return {
    role: labels[LABEL.role] ?? null,
    sandbox: labels[LABEL.sandbox] ?? null,
    isContained: labels[LABEL.contained] !== undefined,
  };
}

function addressesOf(entries: readonly { readonly ip?: string }[] | undefined): readonly string[] {
  return (entries ?? []).flatMap(({ ip }) => canonicalAddress(ip ?? '') ?? []);
}
