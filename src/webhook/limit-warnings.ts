import { shorten } from '../lib/shorten.ts';
import { singleLine } from '../lib/single-line.ts';

/**
 * Together the 4,096 characters that the API server passes on. It cuts each warning at 256 once all of them exceed that
 * (endpoints/filters/warning.go), and drops one with control characters (net.NewWarningHeader).
 */
const MAX_WARNINGS = 16;
const MAX_WARNING_CHARACTERS = 256;

/** Returns warnings that the API server passes on in full. `unlisted` counts those that are not in the list. */
export function limitWarnings(warnings: readonly string[], unlisted = 0): readonly string[] {
  const areAll = warnings.length + Math.min(unlisted, 1) <= MAX_WARNINGS;
  const kept = areAll ? warnings : warnings.slice(0, MAX_WARNINGS - 1);
  const lines = kept.map((warning) => shorten(singleLine(warning), MAX_WARNING_CHARACTERS));
  const left = unlisted + warnings.length - kept.length;
  return left === 0 ? lines : [...lines, `and at least ${left} more; cloister review -f lists them`];
}
