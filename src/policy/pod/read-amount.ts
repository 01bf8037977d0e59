import { parseQuantity } from '../../lib/quantity.ts';
import { rememberFew } from '../../lib/remember-few.ts';

// Pods state the same few amounts over and over.
const readText = rememberFew(parseQuantity, { most: 512, longest: 20 });

/** The same as `parseQuantity`, cheaper for an amount that was read before. */
export function readAmount(value: string | number): bigint | null {
  return readText(typeof value === 'string' ? value : String(value));
}
