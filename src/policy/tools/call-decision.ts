import type { AgentRole } from '../../api/agent-role.ts';
import type { Reason } from '../reasons.ts';
import { ALLOW, type Decision, type Finding } from '../decision.ts';

/**
 * Who holds a rule: the gateway, which carries the call; the pod, whose mounts decide; or nobody but an agent that asks,
 * which is no boundary.
 */
export type EnforcementLevel = 'Gateway' | 'Pod' | 'Cooperative';

/** Who holds the rules of a tool that no mount holds: the gateway, or the agent itself. */
export function levelOfExecutor({
  executor,
}: Pick<AgentRole['spec']['tools'][number], 'executor'>): 'Gateway' | 'Cooperative' {
  return executor === 'Agent' ? 'Cooperative' : 'Gateway';
}

/** What is decided about one call, by which rule, and who holds that rule. */
export interface CallDecision {
  readonly decision: Decision;
  /**
   * Path of the rule in the role that decided, and that would have to change: `spec.tools["web_search"].domains[0].allow`.
   * Null where nothing of the role decides.
   */
  readonly rule: string | null;
  readonly level: EnforcementLevel;
}

/** Where a decision comes from. */
export type DecidedBy = Pick<CallDecision, 'rule' | 'level'>;

/** Allows, by the rule that covers the call. */
export function allowCall(by: DecidedBy): CallDecision {
  return { decision: ALLOW, ...by };
}

/**
 * Refuses. The finding may quote what the agent sent: whoever records it has to treat it as arguments. Without a finding,
 * the reason says it all.
 */
export function denyCall(reason: Reason, by: DecidedBy, ...findings: readonly Finding[]): CallDecision {
  const violations = findings.map((finding) => ({ ...finding, check: 'AgentRole', container: null }));
  return { decision: { effect: 'Deny', reason, violations }, ...by };
}

/** Whether the call may go on. */
export function isAllowed({ decision }: CallDecision): boolean {
  return decision.effect === 'Allow';
}
