/** Returns the middle value, or the mean of the two middle ones; NaN if there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Returns the least value that is not exceeded by this share of the values (nearest rank); NaN if there is none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Formats the values of several rounds as `median (least to greatest)`. */
export function spread(values: readonly number[], digits = 2): string {
  const format = (value: number) => value.toFixed(digits);
  return `${format(median(values))} (${format(Math.min(...values))} to ${format(Math.max(...values))})`;
}

/** The values of both sides, round by round. */
export interface Rounds {
  readonly ours: readonly number[];
  readonly baseline: readonly number[];
}

type Measure = () => number | Promise<number>;

/**
 * Measures both sides in turn, so that a disturbance of the machine meets both. The side that begins changes with
 * every round.
 */
export async function interleave(count: number, ours: Measure, baseline: Measure): Promise<Rounds> {
  const rounds: { ours: number[]; baseline: number[] } = { ours: [], baseline: [] };
  for (let round = 0; round < count; round++) {
    if (round % 2 === 1) rounds.ours.push(await ours());
    rounds.baseline.push(await baseline());
    if (round % 2 === 0) rounds.ours.push(await ours());
  }
  return rounds;
}

/** Returns the median of the ratios of all rounds. */
export function medianRatio({ ours, baseline }: Rounds): number {
  return median(ours.map((value, round) => value / (baseline[round] ?? Number.NaN)));
}

/** Formats the median and the spread of both sides. */
export function describeRounds({ ours, baseline }: Rounds, unit: string): string {
  return `${spread(ours)} ${unit} against ${spread(baseline)} ${unit}, ${ours.length} rounds`;
}
