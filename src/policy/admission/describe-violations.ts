import type { Violation } from './check.ts';
import { singleLine } from '../../lib/single-line.ts';

/** More than the answer of the webhook can hold; a pod of thousands of containers has thousands of them. */
const MOST_TOLD = 256;

/** One violation in one line: check, container, field, found, required, fix. */
export function describeViolation(violation: Violation): string {
  const where = violation.container === null ? '' : `container "${violation.container}": `;
  const { check, field, found, required, fix } = violation;
  return singleLine(`${check}: ${where}${field} is ${found}, required is ${required}. ${fix}`);
}

/** The whole refusal of a pod: who is refused, under what, and every violation on a line of its own. */
export function describeRefusal(subject: string, violations: readonly Violation[]): string {
  const count = violations.length === 1 ? '1 violation' : `${violations.length} violations`;
  const lines = violations.slice(0, MOST_TOLD).map((violation) => `  - ${describeViolation(violation)}`);
  const rest = violations.length - lines.length;
  if (rest > 0) lines.push(`  and at least ${rest} more; mend these first`);
  const title = `${singleLine(subject)} is refused, ${count}:`;
  return [title, ...lines, "Each check's reasons: cloister explain CHECK."].join('\n');
}
