const SUFFIX_EXPONENTS: Readonly<Record<string, number>> = {
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
const BINARY_SUFFIXES: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};
const QUANTITY = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,3})?$/;
const NANO_DIGITS = 9;

/**
 * A Kubernetes resource quantity (`500m`, `2Gi`, `1e3`, `0.5`) as whole nano-units, exactly; null where it is none.
 * What is finer than a nano-unit rounds up, as in apimachinery's `resource.Quantity`, so that a comparison with a
 * ceiling never comes out too low.
 */
export function parseQuantity(value: string | number): bigint | null {
  const match = QUANTITY.exec(String(value));
  if (match === null) return null;
  const [, sign, digits = '', suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const binary = BINARY_SUFFIXES[suffix] ?? 1n;
  const exponent = NANO_DIGITS - fraction.length + exponentOf(suffix);
  const nano = scale(BigInt(whole + fraction) * binary, exponent);
  return sign === '-' ? -nano : nano;
}

function exponentOf(suffix: string): number {
  const known = SUFFIX_EXPONENTS[suffix];
  if (known !== undefined) return known;
  return suffix.endsWith('i') ? 0 : Number(suffix.slice(1));
}

function scale(mantissa: bigint, exponent: number): bigint {
  if (exponent >= 0) return mantissa * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (mantissa + divisor - 1n) / divisor;
}
