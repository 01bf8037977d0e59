import type { KnownPolicies } from '../policy/kinds/evaluate-kind.ts';

/**
 * What the webhook knows of the cluster, from its watch caches alone: answering makes no call, so an answer takes no
 * longer and fails no more often when the API server is slow.
 */
export interface ClusterView extends KnownPolicies {
  /** The role label of a running pod: null where it has none, undefined where the pod is not known. */
  roleNameOfPod(namespace: string, name: string): string | null | undefined;
}
