const pattern = /^([-+]?)(?:0[bB]([01]+)|0[xX]([0-9a-fA-F]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const signBehindPrefix = /^0b[-+][01]+$/;
const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;
const largestUnsigned = 2n ** 64n - 1n;

/**
 * Reads an integer as Go does with base 0: `0b`, `0o` or a leading `0` for octal, `0x`, otherwise decimal. Returns
 * undefined for anything else and for what does not fit 64 bits, and a `bigint` where a number would not be exact.
 */
export function readInteger(text: string): number | bigint | undefined {
  // go-yaml reads the digits behind 0b a second time, and then takes a sign: 0b-1 is -1.
  if (signBehindPrefix.test(text)) return readInteger(`${text.slice(2, 3)}0b${text.slice(3)}`);
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign, binary, hexadecimal, octal, decimal] = match;
  const magnitude = BigInt(
    binary !== undefined
      ? `0b${binary}`
      : hexadecimal !== undefined
        ? `0x${hexadecimal}`
        : octal !== undefined
          ? `0o${octal}`
          : (decimal ?? ''),
  );
  const value = sign === '-' ? -magnitude : magnitude;
  // Beyond int64 an unsigned number without a sign is still read, and then becomes a float in JSON.
  if (value > largest) return sign === '' && value <= largestUnsigned ? Number(value) : undefined;
  if (value < smallest) return undefined;
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}
