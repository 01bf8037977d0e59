import type { Bar } from '../bar.ts';
import { describeRounds, interleave, medianRatio } from '../rounds.ts';
import type { MeasuredServer } from '../servers/measured-server.ts';
import { warmWebhooks } from '../webhooks.ts';

const ROUNDS = 9;
const REVIEWS = 10_000;

/** What a review costs the webhook's process, reading and writing included. */
export const webhookCpuRatio: Bar = {
  name: 'webhook_cpu_ratio',
  unit: 'ratio',
  limit: 1.6,
  summary:
    'Processor time of the webhook process for a review, against an express webhook over TLS 1.3 that parses and allows.',
  measure: async (bench) => {
    const { client, ours, baseline } = await warmWebhooks(bench);
    const count = bench.isQuick ? 1_000 : REVIEWS;
    const cost =
      (name: string, { figures }: MeasuredServer) =>
      async () => {
        const before = await figures();
        await client.closedLoop(name, count);
        return ((await figures()).cpuMicroseconds - before.cpuMicroseconds) / count;
      };
    const rounds = await interleave(ROUNDS, cost('ours', ours), cost('baseline', baseline));
    return { value: medianRatio(rounds), detail: describeRounds(rounds, 'µs of processor time a review') };
  },
};
