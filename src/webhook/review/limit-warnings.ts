import { singleLine } from '../../lib/single-line.ts';

/** The API server keeps 4,096 characters of warnings in all and cuts each at 256 (apiserver `warning` package). */
const MAX_WARNINGS = 16;
const MAX_WARNING_CHARACTERS = 256;

/** Returns warnings that the API server passes on in full. `left` counts those that are not in the list. */
export function limitWarnings(warnings: readonly string[], left = 0): readonly string[] {
  if (warnings.length + Math.min(left, 1) <= MAX_WARNINGS) {
    return left === 0 ? warnings.map(shorten) : [...warnings.map(shorten), countLeft(left)];
  }
  const kept = warnings.slice(0, MAX_WARNINGS - 1);
  return [...kept.map(shorten), countLeft(left + warnings.length - kept.length)];
}

function countLeft(left: number): string {
  return `and at least ${left} more; cloister review -f lists them`;
}

function shorten(warning: string): string {
  const text = singleLine(warning);
  return text.length > MAX_WARNING_CHARACTERS ? `${text.slice(0, MAX_WARNING_CHARACTERS - 1)}…` : text;
}
