import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuantity } from '../../src/lib/quantity.ts';

const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** The exact value of `digits × 10^exponent × factor` in nano-units, rounded away from zero. */
function exactNano(digits: bigint, exponent: number, factor: bigint): bigint {
  const shift = exponent + 9;
  if (shift >= 0) return digits * factor * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  const whole = (digits * factor) / divisor;
  return whole * divisor === digits * factor ? whole : whole + 1n;
}

const written = fc.record({
  whole: fc.bigInt({ min: 0n, max: 10n ** 20n }),
  fraction: fc.stringMatching(/^[0-9]{0,20}$/),
  leadingZeros: fc.integer({ min: 0, max: 3 }),
});

function write({ whole, fraction, leadingZeros }: { whole: bigint; fraction: string; leadingZeros: number }) {
  const text = `${'0'.repeat(leadingZeros)}${whole}`;
  return fraction === '' ? text : `${text}.${fraction}`;
}

describe('parseQuantity', () => {
  test.for<[string | number, bigint]>([
    ['500m', 500_000_000n],
    ['1', 1_000_000_000n],
    [1, 1_000_000_000n],
    [0.5, 500_000_000n],
    [1e21, 10n ** 30n],
    [1e-7, 100n],
    ['2Gi', 2n * 2n ** 30n * 10n ** 9n],
    ['1e3', 10n ** 12n],
    ['1E3', 10n ** 12n],
    ['1E', 10n ** 27n],
    ['1e-3', 1_000_000n],
    ['1.', 1_000_000_000n],
    ['.5', 500_000_000n],
    ['+1', 1_000_000_000n],
    ['-1', -1_000_000_000n],
    ['0', 0n],
    ['00', 0n],
    ['-0', 0n],
    ['1n', 1n],
    ['0.1n', 1n],
    ['-0.1n', -1n],
    ['1.5Ki', 1536n * 10n ** 9n],
    ['123456789012345678', 123456789012345678n * 10n ** 9n],
  ])('reads %s', ([text, nano]) => {
    expect(parseQuantity(text)).toBe(nano);
  });

  test.for<[string | number]>([
    [''],
    ['.'],
    ['Gi'],
    ['1 Gi'],
    [' 1'],
    ['1\n'],
    ['1gi'],
    ['1K'],
    ['1e'],
    ['1ee3'],
    ['1Kie3'],
    ['1e3m'],
    ['1e1000'],
    ['--1'],
    ['0x10'],
    ['1,5'],
    ['١'],
    ['constructor'],
    ['1constructor'],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    ['1'.repeat(65)],
  ])('refuses %j', ([text]) => {
    expect(parseQuantity(text)).toBeNull();
  });

  test('is exact for every decimal suffix', () => {
    fc.assert(
      fc.property(written, fc.constantFrom(...Object.keys(DECIMAL)), (amount, suffix) => {
        const expected = exactNano(
          BigInt(`${amount.whole}${amount.fraction}`),
          (DECIMAL[suffix] ?? 0) - amount.fraction.length,
          1n,
        );
        expect(parseQuantity(write(amount) + suffix)).toBe(expected);
      }),
    );
  });

  test('is exact for every binary suffix', () => {
    fc.assert(
      fc.property(written, fc.constantFrom(...BINARY), (amount, suffix) => {
        const factor = 1024n ** BigInt(BINARY.indexOf(suffix) + 1);
        const digits = BigInt(`${amount.whole}${amount.fraction}`);
        expect(parseQuantity(write(amount) + suffix)).toBe(
          exactNano(digits, -amount.fraction.length, factor),
        );
      }),
    );
  });

  test('is exact for every exponent, and a sign only turns it over', () => {
    fc.assert(
      fc.property(
        written,
        fc.integer({ min: -99, max: 99 }),
        fc.constantFrom('e', 'E'),
        (amount, exponent, letter) => {
          const text = `${write(amount)}${letter}${exponent}`;
          const digits = BigInt(`${amount.whole}${amount.fraction}`);
          const expected = exactNano(digits, exponent - amount.fraction.length, 1n);
          expect(parseQuantity(text)).toBe(expected);
          expect(parseQuantity(`+${text}`)).toBe(expected);
          expect(parseQuantity(`-${text}`)).toBe(-expected);
        },
      ),
    );
  });

  test('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string(), (text) => ['bigint', 'object'].includes(typeof parseQuantity(text))));
  });
});
