import type { ContainerPort, PolicyPod } from './network-policy.ts';

/** The fields of a Pod that policies look at. Any may be missing. */
export interface PodFields {
  readonly metadata?: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly hostNetwork?: boolean;
    readonly containers?: readonly ContainerFields[];
    readonly initContainers?: readonly ContainerFields[];
  };
}

export interface ContainerFields {
  readonly ports?: readonly ContainerPort[];
  readonly restartPolicy?: string;
}

/** Returns what policies see of a pod. Sidecars name ports as containers do; other init containers have ended. */
export function policyPodOf(
  { metadata, spec }: PodFields,
  namespaceLabels: Readonly<Record<string, string>>,
): PolicyPod {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return {
    namespace: metadata?.namespace ?? '',
    labels: metadata?.labels ?? {},
    namespaceLabels,
    ports: [...(spec?.containers ?? []), ...sidecars].flatMap(({ ports }) => ports ?? []),
    hostNetwork: spec?.hostNetwork ?? false,
  };
}
