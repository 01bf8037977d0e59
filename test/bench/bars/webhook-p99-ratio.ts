import type { Bar } from '../bar.ts';
import { describeRounds, interleave, medianRatio } from '../rounds.ts';
import { median, quantile } from '../statistics.ts';
import { warmWebhooks } from '../webhooks.ts';

// Many rounds of half a second: of a long one it is chance whether the machine takes the processor away for some
// milliseconds once or twice, and what comes of that is not the webhook's.
const ROUNDS = 61;
const REVIEWS = 5_000;
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
    const p99 = (name: string) => async () =>
      quantile(await client.openLoop(name, REVIEWS * scale, perSecond), 0.99);
    const rounds = await interleave(ROUNDS, p99('ours'), p99('baseline'));
    const detail = `${describeRounds(rounds, 'ms')}, at ${Math.round(perSecond)} reviews a second`;
    return { value: medianRatio(rounds), detail };
  },
};
