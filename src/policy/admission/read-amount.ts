import { parseQuantity } from '../../lib/quantity.ts';

// Pods state the same few amounts over and over. Bounded, because who writes pods chooses them.
const MOST_KNOWN = 512;
const LONGEST_KNOWN = 20;
const known = new Map<string, bigint | null>();

/** The same as `parseQuantity`, cheaper for an amount that was read before. */
export function readAmount(value: string | number): bigint | null {
  const text = typeof value === 'string' ? value : String(value);
  const before = known.get(text);
  if (before !== undefined) return before;
  const amount = parseQuantity(text);
  if (text.length > LONGEST_KNOWN) return amount;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, amount);
  return amount;
}
