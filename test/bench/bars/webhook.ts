import type { Bar, Bench, Measurement } from '../bar.ts';
import { type LoadClient, openLoadClient, sendAtFullRate, sendEveryMillisecond } from '../load.ts';
import { startBaseline } from '../servers/baseline.ts';
import { startMeasuredCloister } from '../servers/cloister.ts';
import type { MeasuredServer } from '../servers/measured-server.ts';
import { describeRounds, interleave, medianRatio, quantile } from '../statistics.ts';

const CONNECTIONS = 16;
/** V8 compiles in other threads until some 80,000 reviews have passed (`--trace-opt`). */
const WARM_UP_REVIEWS = 100_000;
const CPU_ROUNDS = 9;
const CPU_REVIEWS = 10_000;
const P99_REVIEWS = 15_000;
const STEADY_REVIEWS = 500_000;
const QUICK_DIVISOR = 50;

/** The webhook's process beside an express webhook over TLS 1.3 that parses a review and allows it. */
export const WEBHOOK_BARS: readonly Bar[] = [
  { name: 'webhook_cpu_ratio', unit: 'ratio', limit: 1.6, needsCluster: true, measure: measureCpu },
  { name: 'webhook_p99', unit: 'ms', limit: null, needsCluster: true, measure: measureP99 },
  { name: 'webhook_rss', unit: 'MB', limit: 240, needsCluster: true, measure: measureMemory },
  { name: 'webhook_heap_growth', unit: '%', limit: 5, needsCluster: true, measure: measureHeapGrowth },
  {
    name: 'webhook_full_collections',
    unit: 'collections',
    limit: 1,
    needsCluster: true,
    measure: measureFullCollections,
  },
];

interface WarmServer extends MeasuredServer {
  readonly client: LoadClient;
}

function warmOurs(bench: Bench): Promise<WarmServer> {
  return bench.once('warm webhook', async () => {
    const { webhook } = await bench.once('cloister', () => startMeasuredCloister(bench));
    return warm(bench, 'the webhook', webhook);
  });
}

function warmBaseline(bench: Bench): Promise<WarmServer> {
  return bench.once('warm baseline', async () => warm(bench, 'the baseline', await startBaseline(bench)));
}

/** Sends a server enough reviews that V8 has compiled what it runs. */
async function warm(bench: Bench, name: string, server: MeasuredServer): Promise<WarmServer> {
  const client = openLoadClient(server.target, CONNECTIONS);
  bench.atEnd(client.close);
  const count = scale(bench, WARM_UP_REVIEWS);
  const { refused } = await sendAtFullRate(client, count);
  bench.report(`${name}: ${count} reviews to warm up, ${refused} refused, all as expected`);
  return { ...server, client };
}

function scale({ isQuick }: Bench, count: number): number {
  return isQuick ? count / QUICK_DIVISOR : count;
}

async function measureCpu(bench: Bench): Promise<Measurement> {
  const [ours, baseline] = [await warmOurs(bench), await warmBaseline(bench)];
  const count = scale(bench, CPU_REVIEWS);
  const perReview = (server: WarmServer) => async () => {
    const before = await server.figures();
    await sendAtFullRate(server.client, count);
    return ((await server.figures()).cpuMicroseconds - before.cpuMicroseconds) / count;
  };
  const rounds = await interleave(CPU_ROUNDS, perReview(ours), perReview(baseline));
  return { value: medianRatio(rounds), detail: describeRounds(rounds, 'µs of processor time a review') };
}

async function measureP99(bench: Bench): Promise<Measurement> {
  const [ours, baseline] = [await warmOurs(bench), await warmBaseline(bench)];
  const count = scale(bench, P99_REVIEWS);
  const [left, right] = [
    await sendEveryMillisecond(ours.client, count),
    await sendEveryMillisecond(baseline.client, count),
  ];
  const describe = (share: number) =>
    `${quantile(left, share).toFixed(2)} ms against ${quantile(right, share).toFixed(2)} ms`;
  return {
    value: quantile(left, 0.99),
    baseline: quantile(right, 0.99),
    detail: `the slowest of a hundred ${describe(0.99)}, the median ${describe(0.5)}, at 1,000 reviews a second`,
  };
}

/** What 500,000 reviews at full rate, with no forced collection among them, leave behind in the webhook's process. */
interface SteadyLoad {
  readonly reviews: number;
  readonly heapBytesBefore: number;
  readonly heapBytesAfter: number;
  readonly peakResidentBytes: number;
  readonly fullCollections: number;
}

function sendSteadyLoad(bench: Bench): Promise<SteadyLoad> {
  return bench.once('steady load', async () => {
    const ours = await warmOurs(bench);
    const reviews = scale(bench, STEADY_REVIEWS);
    bench.report(`sending the webhook ${reviews} reviews`);
    const collected = await ours.collectedFigures();
    const before = await ours.figures();
    await sendAtFullRate(ours.client, reviews);
    const after = await ours.figures();
    const { heapBytes } = await ours.collectedFigures();
    return {
      reviews,
      heapBytesBefore: collected.heapBytes,
      heapBytesAfter: heapBytes,
      peakResidentBytes: after.peakResidentBytes,
      fullCollections: after.fullCollections - before.fullCollections,
    };
  });
}

async function measureMemory(bench: Bench): Promise<Measurement> {
  const { peakResidentBytes, reviews } = await sendSteadyLoad(bench);
  return {
    value: peakResidentBytes / 1e6,
    detail: `peak of the process, ${reviews} reviews at full rate included`,
  };
}

async function measureHeapGrowth(bench: Bench): Promise<Measurement> {
  const { heapBytesBefore, heapBytesAfter, reviews } = await sendSteadyLoad(bench);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
  return {
    value: (heapBytesAfter / heapBytesBefore - 1) * 100,
    detail: `${megabytes(heapBytesBefore)}, and ${megabytes(heapBytesAfter)} after ${reviews} reviews, each after a forced collection`,
  };
}

async function measureFullCollections(bench: Bench): Promise<Measurement> {
  const { fullCollections, reviews } = await sendSteadyLoad(bench);
  return { value: fullCollections, detail: `V8's mark-sweep collections in ${reviews} reviews at full rate` };
}
