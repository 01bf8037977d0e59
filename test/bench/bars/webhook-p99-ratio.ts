import type { Bar } from '../bar.ts';
import { describeRounds, interleave, medianRatio, type Rounds } from '../rounds.ts';
import { median, quantile } from '../statistics.ts';
import { warmWebhooks } from '../webhooks.ts';

// Long rounds: the median of short ones would not see a pause that comes less than about once a second. And many, since
// it is chance how many pauses of the machine fall into one: of 41 pairs a quarter came to less than 0.92, and a quarter
// to more than 1.78.
const ROUNDS = 81;
const QUICK_ROUNDS = 5;
const REVIEWS = 15_000;
const RATE_ROUNDS = 5;
const RATE_REVIEWS = 10_000;

/** What the slowest of a hundred reviews waits, at a rate that leaves the baseline half idle. */
export const webhookP99Ratio: Bar = {
  name: 'webhook_p99_ratio',
  unit: 'ratio',
  limit: 1.5,
  summary:
    "99th percentile of the time to an answer at half the baseline's maximum rate, random arrivals, against the same baseline.",
  measure: async (bench) => {
    const { client } = await warmWebhooks(bench);
    const scale = bench.isQuick ? 0.1 : 1;
    const rates: number[] = [];
    while (rates.length < RATE_ROUNDS) {
      const count = RATE_REVIEWS * scale;
      rates.push((count / (await client.closedLoop('baseline', count))) * 1000);
    }
    const perSecond = median(rates) / 2;
    const all = { ours: [] as number[], baseline: [] as number[] };
    const p99 = (name: 'ours' | 'baseline') => async () => {
      const latencies = await client.openLoop(name, REVIEWS * scale, perSecond);
      all[name].push(...latencies);
      return quantile(latencies, 0.99);
    };
    const rounds = await interleave(bench.isQuick ? QUICK_ROUNDS : ROUNDS, p99('ours'), p99('baseline'));
    const detail = `${describeRounds(rounds, 'ms')}, at ${Math.round(perSecond)} reviews a second; ${describeAll(all)}`;
    return { value: medianRatio(rounds), detail };
  },
};

function describeAll({ ours, baseline }: Rounds): string {
  const parts = [50, 99, 99.9].map((percent) => {
    const of = (latencies: readonly number[]) => quantile(latencies, percent / 100).toFixed(2);
    return `${percent} % ${of(ours)} against ${of(baseline)}`;
  });
  return `of all reviews together ${parts.join(', ')} ms`;
}
