import { singleLine } from '../lib/single-line.ts';
import type { Ask, Deny, Violation } from './decision.ts';
import { type Reason, REASONS } from './reasons.ts';

/** A pod of thousands of containers has thousands of violations; an answer of the webhook does not hold them. */
const MAX_DESCRIBED = 256;

/** Of these the checks are in the help of `cloister explain`. */
const EXPLAINED: ReadonlySet<Reason> = new Set(['ContractViolated', 'AccessNotAllowed']);

/** One violation in one line: check, container, item, field, what was found, what is required, what to do. */
export function describeViolation(violation: Violation): string {
  return `${singleLine(violation.check)}: ${describeFinding(violation)}`;
}

function describeFinding({ container, item, field, ...text }: Violation): string {
  const where = [container === null ? '' : `container "${container}"`, item ?? '']
    .filter((part) => part !== '')
    .join(', ');
  const { found, required, fix } = text;
  const place = where === '' ? field : `${where}: ${field}`;
  return singleLine(`${place} is ${found}; ${required}. ${fix}`);
}

/** The whole refusal of an object, every violation on a line of its own. `subject` names it, as `pod "x" in namespace "y"`. */
export function describeDenial(subject: string, decision: Deny | Ask): string {
  const title = `${singleLine(subject)} is refused`;
  if (decision.effect === 'Ask') return `${title}: ${REASONS[decision.reason]}`;
  const { reason, violations } = decision;
  if (violations.length === 0) return `${title}: ${REASONS[reason]}`;
  const count = violations.length === 1 ? '1 violation' : `${violations.length} violations`;
  // The rules of a kind have no names: the subject says which kind it is.
  const describe = reason === 'ObjectInvalid' ? describeFinding : describeViolation;
  const lines = violations.slice(0, MAX_DESCRIBED).map((violation) => `  - ${describe(violation)}`);
  const rest = violations.length - lines.length;
  if (rest > 0) lines.push(`  and at least ${rest} more; correct these first`);
  if (EXPLAINED.has(reason)) lines.push('To read why a check exists: cloister explain CHECK');
  return [`${title}, ${count}:`, ...lines].join('\n');
}
