const MILLION = 1_000_000n;
const UNITS = [
  ['Gi', 30n],
  ['Mi', 20n],
  ['Ki', 10n],
] as const;

/** Bytes as a quantity: whole gibibytes where it is some, else whole mebibytes or kibibytes, rounded down; null for less. */
export function formatBytes(bytes: bigint): string | null {
  const [whole] = UNITS.filter(([, shift]) => bytes >= 1n << shift && bytes % (1n << shift) === 0n);
  const [unit, shift] = whole ?? UNITS.find(([, shiftOf]) => bytes >= 1n << shiftOf) ?? ['', 0n];
  return unit === '' ? null : `${bytes >> shift}${unit}`;
}

/** Processor cores, in nano-units, as a quantity: whole cores where it is some, else millicores, rounded down; null for less. */
export function formatCores(nano: bigint): string | null {
  const milli = nano / MILLION;
  if (milli < 1n) return null;
  return milli % 1000n === 0n ? `${milli / 1000n}` : `${milli}m`;
}
