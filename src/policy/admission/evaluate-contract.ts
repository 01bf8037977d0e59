import type { Violation } from '../decision.ts';
import type { PodSubject } from '../pod/pod-subject.ts';
import type { Check } from './check.ts';
import type { ContextScope, ReviewContext } from './review-context.ts';

const REACH: Readonly<Record<ContextScope, number>> = { None: 0, Role: 1, Tenant: 2 };

/** Findings of one check that are kept: a pod of a hundred thousand containers must not fill the memory. */
const MAX_FINDINGS_PER_CHECK = 512;

/**
 * Returns everything that is wrong with a pod under the given checks, in their order.
 * Checks that need more context than is known are not asked. Where the pod's role does not exist, `role` refuses it, and
 * the others that need one report nothing.
 */
export function evaluateContract(
  checks: readonly Check[],
  subject: PodSubject,
  context: ReviewContext,
): readonly Violation[] {
  const violations: Violation[] = [];
  for (const check of checks) {
    if (applies(check, context)) evaluateCheck(check, subject, context, violations);
  }
  return violations;
}

/** Whether the check is asked: it runs on the operation, and what it needs is known. */
export function applies(check: Check, { scope, operation }: ReviewContext): boolean {
  return REACH[check.context] <= REACH[scope] && check.operations.includes(operation);
}

function evaluateCheck(
  check: Check,
  subject: PodSubject,
  context: ReviewContext,
  violations: Violation[],
): void {
  const end = violations.length + MAX_FINDINGS_PER_CHECK;
  check.evaluate(subject, context, ({ container = null, field, ...finding }) => {
    if (violations.length >= end) return;
    violations.push({ check: check.name, container, field: subject.prefix + field, ...finding });
  });
}
