import type { Decision } from '../../policy/decision.ts';
import { type Reason, REASONS } from '../../policy/reasons.ts';
import type { CallDecision, EnforcementLevel } from '../../policy/tools/call-decision.ts';
import { describeCall } from '../../policy/tools/describe-call.ts';

/** Why a call is not made, or was ended. */
export interface Refusal {
  readonly effect: 'Deny' | 'Ask';
  readonly reason: Reason;
  /** For the agent: what was found and what to do. It may quote what the agent sent, so it is not recorded. */
  readonly message: string;
  /** Path of the rule of the role that would have to change; null where none would. */
  readonly rule: string | null;
  readonly level: EnforcementLevel | null;
  /** When the same call may pass. Not set: not by waiting. */
  readonly retrySeconds?: number;
  /** The code of PostgreSQL, where it refused a statement. */
  readonly sqlState?: string;
}

type RefusalDetails = Partial<Pick<Refusal, 'message' | 'rule' | 'retrySeconds' | 'sqlState'>>;

/** Refuses by something that is not a rule of the role. */
export function refuse(reason: Reason, details: RefusalDetails = {}): Refusal {
  return { effect: 'Deny', reason, message: REASONS[reason], rule: null, level: 'Gateway', ...details };
}

/** The refusal in a decision; null where it allows. */
export function refusalOfDecision({ decision, rule, level }: CallDecision): Refusal | null {
  if (decision.effect === 'Allow') return null;
  const { effect, reason } = decision;
  return { effect, reason, message: describeCall(decision), rule, level };
}

/** The refusal in a decision that no rule of the role made. */
export function refusalOf(decision: Decision): Refusal | null {
  return refusalOfDecision({ decision, rule: null, level: 'Gateway' });
}
