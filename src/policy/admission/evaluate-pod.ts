import { type Decision, decide } from '../decision.ts';
import type { PodSubject } from '../pod/pod-subject.ts';
import { applyExemptions } from './apply-exemptions.ts';
import type { Check } from './check.ts';
import { CHECKS } from './checks/index.ts';
import { evaluateContract } from './evaluate-contract.ts';
import { EXEMPTIBLE_CHECKS } from './exemptible-checks.ts';
import type { ReviewContext } from './review-context.ts';

/** What a pod is evaluated with. */
export interface PodEvaluation {
  readonly context: ReviewContext;
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
  /** The whole contract where it is not set. */
  readonly checks?: readonly Check[];
}

/** Evaluates a pod by the contract; denies with every violation that no exemption of the tenant removes. */
export function evaluatePod(subject: PodSubject, { context, now, checks = CHECKS }: PodEvaluation): Decision {
  const found = evaluateContract(checks, subject, context);
  const exemptions = context.tenant?.exemptions ?? [];
  const { violations, reasons } = applyExemptions(found, subject, {
    exemptions,
    namespace: context.namespace,
    exemptible: EXEMPTIBLE_CHECKS,
    now,
  });
  const decision = decide('ContractViolated', violations);
  return decision.effect === 'Allow' && reasons.length > 0 ? { ...decision, exemptions: reasons } : decision;
}
