import type { Bar, Bench, Measurement } from '../bar.ts';
import { type LoadClient, openLoadClient, sendAtFullRate } from '../load.ts';
import { POD_COUNT } from '../pods.ts';
import { startMeasuredCloister } from '../servers/cloister.ts';
import { interleave, median, medianRatio, spread } from '../statistics.ts';

const P50_ROUNDS = 5;
const RATE_ROUNDS = 7;
const CONCURRENT = 200;

/** The creation of pods through the API server, in an enrolled beside an unenrolled namespace. */
export const POD_CREATION_BARS: readonly Bar[] = [
  { name: 'pod_create_added_p50', unit: 'ms', limit: 2.5, needsCluster: true, measure: measureAdded },
  {
    name: 'pod_create_rps_ratio',
    unit: 'ratio',
    limit: 0.33,
    isFloor: true,
    needsCluster: true,
    measure: measureRate,
  },
];

interface Clients {
  readonly enrolled: LoadClient;
  readonly unenrolled: LoadClient;
}

/** Creates pods in both namespaces to warm up, measures, and closes the connections again. */
async function withClients(
  bench: Bench,
  connections: number,
  measure: (clients: Clients) => Promise<Measurement>,
): Promise<Measurement> {
  const targets = await bench.once('cloister', () => startMeasuredCloister(bench));
  const clients = {
    enrolled: openLoadClient(targets.enrolled, connections),
    unenrolled: openLoadClient(targets.unenrolled, connections),
  };
  try {
    const count = bench.isQuick ? POD_COUNT / 2 : 2 * POD_COUNT;
    for (const [name, client] of Object.entries(clients)) {
      const { refused } = await sendAtFullRate(client, count);
      bench.report(`${name} namespace: ${count} pods to warm up, ${refused} refused, all as expected`);
    }
    return await measure(clients);
  } finally {
    await Promise.all([clients.enrolled.close(), clients.unenrolled.close()]);
  }
}

/** Every pod is created in both namespaces in turn, one at a time; the difference is taken pod by pod. */
function measureAdded(bench: Bench): Promise<Measurement> {
  return withClients(bench, 1, async ({ enrolled, unenrolled }) => {
    const rounds = { added: [] as number[], enrolled: [] as number[], unenrolled: [] as number[] };
    for (let round = 0; round < P50_ROUNDS; round++) {
      const admitted: { enrolled: number; unenrolled: number }[] = [];
      for (let pod = 0; pod < (bench.isQuick ? 100 : POD_COUNT); pod++) {
        const isFirst = pod % 2 === 0;
        const before = isFirst ? null : await unenrolled.send();
        const reviewed = await enrolled.send();
        const other = before ?? (await unenrolled.send());
        if (!reviewed.isRefused)
          admitted.push({ enrolled: reviewed.milliseconds, unenrolled: other.milliseconds });
      }
      rounds.added.push(median(admitted.map((pair) => pair.enrolled - pair.unenrolled)));
      rounds.enrolled.push(median(admitted.map((pair) => pair.enrolled)));
      rounds.unenrolled.push(median(admitted.map((pair) => pair.unenrolled)));
    }
    return {
      value: median(rounds.added),
      detail: `added ${spread(rounds.added)} ms: ${spread(rounds.enrolled)} ms against ${spread(rounds.unenrolled)} ms, ${P50_ROUNDS} rounds`,
    };
  });
}

/** Pods a second with 200 requests under way; three of ten are refused in the enrolled namespace. */
function measureRate(bench: Bench): Promise<Measurement> {
  return withClients(bench, CONCURRENT, async ({ enrolled, unenrolled }) => {
    const count = bench.isQuick ? POD_COUNT / 2 : 2 * POD_COUNT;
    const rate = (client: LoadClient) => async () =>
      (count / (await sendAtFullRate(client, count)).milliseconds) * 1000;
    const rounds = await interleave(RATE_ROUNDS, rate(enrolled), rate(unenrolled));
    return {
      value: medianRatio(rounds),
      detail: `${spread(rounds.ours, 0)} pods a second against ${spread(rounds.baseline, 0)}, ${RATE_ROUNDS} rounds`,
    };
  });
}
