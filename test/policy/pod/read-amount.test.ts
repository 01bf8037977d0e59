import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseQuantity } from '../../../src/lib/quantity.ts';
import { readAmount } from '../../../src/policy/pod/read-amount.ts';

test('reads what parseQuantity reads, the first time and every other, for more amounts than it remembers', () => {
  for (const round of [1, 2]) {
    for (let amount = 0; amount < 2000; amount++) {
      expect(readAmount(`${amount}Mi`), `round ${round}`).toBe(parseQuantity(`${amount}Mi`));
    }
  }
  fc.assert(fc.property(fc.string(), (text) => Object.is(readAmount(text), parseQuantity(text))));
});
