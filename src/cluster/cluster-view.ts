import type { AgentQuarantine } from '../api/agent-quarantine.ts';
import type { KnownPolicies } from '../policy/kinds/evaluate-kind.ts';
import type { QuarantineFacts } from '../policy/quarantine/find-quarantine.ts';

/**
 * The roles, tenants, quarantines and governed pods of a cluster, read from watch caches. No lookup makes a call, so a slow API server
 * does not slow a lookup down.
 */
export interface ClusterView extends KnownPolicies {
  hasTenant(name: string): boolean;
  /** The tenant whose label a namespace carries, which may not be the one that lists it; undefined where it carries none. */
  enrolledFor(namespace: string): string | undefined;
  /** The role label of a running pod: null where it has none, undefined where the pod is not known. */
  roleNameOfPod(namespace: string, name: string): string | null | undefined;
  /** The quarantine that holds a sandbox or a pod; null where none does. */
  quarantineOf(facts: QuarantineFacts): AgentQuarantine | null;
}
