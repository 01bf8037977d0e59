import { singleLine } from '../../lib/single-line.ts';
import type { Ask, Deny } from '../decision.ts';
import { REASONS } from '../reasons.ts';

/** An agent reads the first few, and corrects them. */
const MAX_DESCRIBED = 5;

/** Why a call is refused, in one line for the agent. */
export function describeCall(decision: Deny | Ask): string {
  const meaning = REASONS[decision.reason];
  if (decision.effect === 'Ask') return meaning;
  const findings = decision.violations
    .slice(0, MAX_DESCRIBED)
    .map(({ field, found, required, fix }) => `${field} is ${found}; ${required}. ${fix}`);
  return singleLine([meaning, ...findings].join(' '));
}
