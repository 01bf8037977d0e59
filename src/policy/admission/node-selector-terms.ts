import type { NodeSelectorTerm, PodSpec } from '../pod/pod.ts';

/** A term of a pod's node affinity, and its path from the pod's root. */
export interface PlacedNodeSelectorTerm {
  readonly term: NodeSelectorTerm;
  readonly field: string;
}

/** Returns the required and the preferred terms of the node affinity. */
export function nodeSelectorTermsOf({ affinity }: PodSpec): readonly PlacedNodeSelectorTerm[] {
  const at = 'spec.affinity.nodeAffinity';
  const { nodeAffinity } = affinity ?? {};
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const preferred = nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...required.map((term, index) => ({
      term: term ?? {},
      field: `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`,
    })),
    ...preferred.map((item, index) => ({
      term: item?.preference ?? {},
      field: `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`,
    })),
  ];
}
