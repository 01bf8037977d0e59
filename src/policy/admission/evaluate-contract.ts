import type { Check, Violation } from './check.ts';
import type { PodSubject } from '../pod/pod-subject.ts';
import type { ContextScope, Operation, ReviewContext } from './review-context.ts';

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
  for (const check of applicable(checks, context)) {
    const findings = check.evaluate(subject, context);
    for (const finding of findings) {
      (violations ??= []).push({ check: check.name, ...finding, field: subject.prefix + finding.field });
    }
  }
  return violations ?? NO_VIOLATIONS;
}

type ByOperation = Readonly<Record<Operation, readonly Check[]>>;

// What applies depends on three scopes and two operations alone, so it is worked out once for a list of checks.
const known = new WeakMap<readonly Check[], Readonly<Record<ContextScope, ByOperation>>>();

function applicable(checks: readonly Check[], { scope, operation }: ReviewContext): readonly Check[] {
  let chosen = known.get(checks);
  if (chosen === undefined) {
    chosen = {
      None: byOperation(checks, REACH.None),
      Role: byOperation(checks, REACH.Role),
      Tenant: byOperation(checks, REACH.Tenant),
    };
    known.set(checks, chosen);
  }
  return chosen[scope][operation];
}

function byOperation(checks: readonly Check[], reach: number): ByOperation {
  const within = checks.filter(({ context }) => REACH[context] <= reach);
  return {
    Create: within.filter(({ operations }) => operations.includes('Create')),
    Update: within.filter(({ operations }) => operations.includes('Update')),
  };
}
