import type { Check, Violation } from './check.ts';
import type { PodSubject } from './pod-subject.ts';
import type { ContextScope, ReviewContext } from './review-context.ts';

const REACH: Readonly<Record<ContextScope, number>> = { None: 0, Role: 1, Tenant: 2 };
const NO_VIOLATIONS: readonly Violation[] = Object.freeze([]);

/**
 * Everything that is wrong with a pod under the given checks: all at once, in the order of the list.
 * Checks that need more context than is known are not asked. Where the pod's role does not exist, `role` refuses it, and
 * the others that need one have nothing to say.
 */
export function evaluateContract(
  checks: readonly Check[],
  subject: PodSubject,
  context: ReviewContext,
): readonly Violation[] {
  let violations: Violation[] | null = null;
  for (const check of checks) {
    if (!applies(check, context)) continue;
    const findings = check.evaluate(subject, context);
    for (const finding of findings) {
      (violations ??= []).push({ check: check.name, ...finding, field: subject.prefix + finding.field });
    }
  }
  return violations ?? NO_VIOLATIONS;
}

function applies(check: Check, context: ReviewContext): boolean {
  if (REACH[check.context] > REACH[context.scope]) return false;
  return check.operations.includes(context.operation);
}
