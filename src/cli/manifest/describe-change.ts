import { show } from '../../lib/show.ts';
import { singleLine } from '../../lib/single-line.ts';
import type { Change } from '../../policy/harden/harden-pod.ts';

/** Where a value that the author wrote may hold a secret. */
const MAY_HOLD_SECRET = /\.(?:env|args|command|annotations)\b/;

/** Sizes that nobody stated, so that what was set is a guess. */
const GUESSES = [
  {
    field: /\.resources\.limits\..+/,
    advice: 'a share of what the role grants; set what the container needs',
  },
  { field: /\.emptyDir\.sizeLimit$/, advice: 'a size that nobody stated; set what the volume needs' },
];

/**
 * One change in one line: `filled in: FIELD was set to 1Gi, …` where a size was guessed, and else
 * `changed: FIELD from true to not set: why (check)`.
 */
export function describeChange({ container, field, before, after, check, reason }: Change): string {
  const place = container === null ? field : `container "${container}": ${field}`;
  const guess = GUESSES.find((one) => before === undefined && one.field.test(field));
  if (guess !== undefined) {
    const text = typeof after === 'string' ? after : show(after);
    return singleLine(`filled in: ${place} was set to ${text}, ${guess.advice} (${check})`);
  }
  const from = before !== undefined && MAY_HOLD_SECRET.test(field) ? 'what it was' : show(before);
  return singleLine(`changed: ${place} from ${from} to ${show(after)}: ${reason} (${check})`);
}
