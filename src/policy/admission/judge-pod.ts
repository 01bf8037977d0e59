import { applyExemptions, type ExemptedViolations } from './apply-exemptions.ts';
import { CHECKS } from './checks/index.ts';
import { evaluateContract } from './evaluate-contract.ts';
import { EXEMPTIBLE_CHECKS } from './exemptible-checks.ts';
import type { PodSubject } from '../pod/pod-subject.ts';
import type { ReviewContext } from './review-context.ts';

/**
 * The whole contract on one pod: every violation that no exemption of the tenant takes away.
 * `now` is in milliseconds since 1970.
 */
export function judgePod(subject: PodSubject, context: ReviewContext, now: number): ExemptedViolations {
  const violations = evaluateContract(CHECKS, subject, context);
  const exemptions = context.tenant?.exemptions ?? [];
  if (violations.length === 0 || exemptions.length === 0) return { violations, reasons: [] };
  const { namespace } = context;
  return applyExemptions(violations, subject, { exemptions, namespace, exemptible: EXEMPTIBLE_CHECKS, now });
}
