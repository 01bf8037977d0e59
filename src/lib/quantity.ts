/** Nano-units in one unit: quantities are compared as whole nano-units. */
export const NANO_UNITS = 1_000_000_000n;
/** How many nano-units one unit of each suffix is. */
const NANO_PER_SUFFIX: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  '': NANO_UNITS,
  k: NANO_UNITS * 10n ** 3n,
  M: NANO_UNITS * 10n ** 6n,
  G: NANO_UNITS * 10n ** 9n,
  T: NANO_UNITS * 10n ** 12n,
  P: NANO_UNITS * 10n ** 15n,
  E: NANO_UNITS * 10n ** 18n,
  Ki: NANO_UNITS << 10n,
  Mi: NANO_UNITS << 20n,
  Gi: NANO_UNITS << 30n,
  Ti: NANO_UNITS << 40n,
  Pi: NANO_UNITS << 50n,
  Ei: NANO_UNITS << 60n,
};
const QUANTITY = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([KMGTPE]i|[numkMGTPE]?)|[eE]([+-]?\d{1,3}))$/;
// Longer than any amount of anything; a bound on what one hostile string may cost.
const MAX_CHARACTERS = 64;
// Numbers of so many digits are exact as doubles, which makes the plain case cheap.
const MAX_EXACT_DIGITS = 15;

/**
 * A Kubernetes resource quantity (`500m`, `2Gi`, `1e3`, `0.5`) as whole nano-units, exactly; null where it is none.
 * What is finer than a nano-unit rounds away from zero, as in apimachinery's `resource.Quantity`, so that a
 * comparison with a ceiling never comes out too low.
 */
export function parseQuantity(value: string | number): bigint | null {
  const text = typeof value === 'string' ? value : String(value);
  return parsePlain(text) ?? parseAny(text);
}

/** Digits and at most a suffix, which is how nearly every quantity is written. */
function parsePlain(text: string): bigint | null {
  let end = 0;
  let whole = 0;
  for (; end < text.length && end < MAX_EXACT_DIGITS; end++) {
    const digit = text.charCodeAt(end) - 48;
    if (digit < 0 || digit > 9) break;
    whole = whole * 10 + digit;
  }
  if (end === 0) return null;
  const unit = nanoPerSuffix(text.slice(end));
  return unit === undefined ? null : BigInt(whole) * unit;
}

function nanoPerSuffix(suffix: string): bigint | undefined {
  return Object.hasOwn(NANO_PER_SUFFIX, suffix) ? NANO_PER_SUFFIX[suffix] : undefined;
}

function parseAny(text: string): bigint | null {
  const match = text.length > MAX_CHARACTERS ? null : QUANTITY.exec(text);
  if (match === null) return null;
  const [, sign, digits = '', suffix = '', exponent = '0'] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const unit = nanoPerSuffix(suffix) ?? NANO_UNITS;
  const nano = scale(BigInt(whole + fraction) * unit, Number(exponent) - fraction.length);
  return sign === '-' ? -nano : nano;
}

function scale(mantissa: bigint, exponent: number): bigint {
  if (exponent >= 0) return mantissa * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (mantissa + divisor - 1n) / divisor;
}
