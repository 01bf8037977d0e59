import { median, spread } from './statistics.ts';

/** What two sides came to in turns, round by round. */
export interface Rounds {
  readonly ours: readonly number[];
  readonly baseline: readonly number[];
}

/**
 * Measures both sides in turns, so that what disturbs the machine disturbs both; who begins changes from round to
 * round. One side returns its cost, in any unit that both share.
 */
export async function interleave(
  count: number,
  ours: () => number | Promise<number>,
  baseline: () => number | Promise<number>,
): Promise<Rounds> {
  const rounds: { ours: number[]; baseline: number[] } = { ours: [], baseline: [] };
  for (let round = 0; round < count; round++) {
    if (round % 2 === 1) rounds.ours.push(await ours());
    rounds.baseline.push(await baseline());
    if (round % 2 === 0) rounds.ours.push(await ours());
  }
  return rounds;
}

/** The median of the ratios of each round. */
export function medianRatio({ ours, baseline }: Rounds): number {
  return median(ours.map((cost, round) => cost / (baseline[round] ?? Number.NaN)));
}

/** Both sides for people: median and spread. */
export function describeRounds({ ours, baseline }: Rounds, unit: string): string {
  return `${spread(ours)} ${unit} against ${spread(baseline)} ${unit}, ${ours.length} rounds`;
}
