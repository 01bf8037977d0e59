import type { KnownPolicies } from '../policy/kinds/evaluate-kind.ts';

/**
 * The roles, tenants and governed pods of a cluster, read from watch caches. No lookup makes a call, so a slow API server
 * does not slow a lookup down.
 */
export interface ClusterView extends KnownPolicies {
  /** The role label of a running pod: null where it has none, undefined where the pod is not known. */
  roleNameOfPod(namespace: string, name: string): string | null | undefined;
}
