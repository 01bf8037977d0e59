import type { Bar, Bench, Measurement } from '../bar.ts';
import { type GatewaySettings, startGatewaySide } from '../gateway/gateway-side.ts';
import { withFolder } from '../gateway/measured-process.ts';
import { holdTunnels, runTunnels } from '../gateway/tunnel-load.ts';
import { startRelay, startTunnelEnds, type TunnelEnds, type TunnelSide } from '../gateway/tunnel-sides.ts';
import { download, upload } from '../gateway/tunnels.ts';
import { describeRounds, interleave, median, medianRatio, spread } from '../statistics.ts';

interface TunnelScale {
  readonly warmUp: number;
  readonly rounds: number;
  readonly tunnels: number;
  readonly bulkBytes: number;
  readonly bulkRounds: number;
  /** How many idle tunnels the slope of the memory begins and ends with. */
  readonly idle: readonly [number, number];
  readonly idleRounds: number;
  readonly syncedTunnels: number;
}

const MEBIBYTE = 2 ** 20;
const IN_FLIGHT = 50;
const BUFFERED: GatewaySettings = { durability: 'Buffered', syncMilliseconds: 0 };
const SYNCED: GatewaySettings = { durability: 'Synced', syncMilliseconds: 5 };
const FULL: TunnelScale = {
  warmUp: 6_000,
  rounds: 9,
  tunnels: 2_000,
  bulkBytes: 256 * MEBIBYTE,
  bulkRounds: 7,
  idle: [1_000, 5_000],
  idleRounds: 3,
  syncedTunnels: 3_000,
};
const QUICK: TunnelScale = {
  warmUp: 200,
  rounds: 3,
  tunnels: 200,
  bulkBytes: 8 * MEBIBYTE,
  bulkRounds: 3,
  idle: [100, 300],
  idleRounds: 1,
  syncedTunnels: 300,
};

/** Tunnels through the gateway, beside a bare relay on node:net. */
export const TUNNEL_BARS: readonly Bar[] = [
  { name: 'connect_cpu_ratio', unit: 'ratio', limit: 2.5, needsCluster: false, measure: measureConnect },
  { name: 'bulk_cpu_ratio', unit: 'ratio', limit: 1.2, needsCluster: false, measure: measureBulk },
  { name: 'heap_per_idle_tunnel', unit: 'KiB', limit: 12, needsCluster: false, measure: measureIdleHeap },
  {
    name: 'rss_per_idle_tunnel_ratio',
    unit: 'ratio',
    limit: 2.5,
    needsCluster: false,
    measure: measureIdleMemory,
  },
  { name: 'fsyncs_per_100_tunnels', unit: 'fsyncs', limit: 12, needsCluster: false, measure: measureSyncs },
];

function scaleOf({ isQuick }: Bench): TunnelScale {
  return isQuick ? QUICK : FULL;
}

/** Runs something between the clients and the servers of the bench. */
async function withEnds<Result>(
  bench: Bench,
  run: (ends: TunnelEnds, folder: string, scale: TunnelScale) => Promise<Result>,
): Promise<Result> {
  const scale = scaleOf(bench);
  const ends = await startTunnelEnds(scale.bulkBytes);
  try {
    return await withFolder((folder) => run(ends, folder, scale));
  } finally {
    await ends.servers.stop();
  }
}

function measureConnect(bench: Bench): Promise<Measurement> {
  return withEnds(bench, async (ends, folder, scale) => {
    const gateway = await startGatewaySide(ends, folder, BUFFERED);
    const relay = await startRelay(ends, folder);
    const latencies: { ours: number[]; baseline: number[] } = { ours: [], baseline: [] };
    const perTunnel = (side: TunnelSide, milliseconds: number[]) => async () => {
      const before = await side.process.figures();
      milliseconds.push(...(await runTunnels(side.target, scale.tunnels, IN_FLIGHT)));
      return ((await side.process.figures()).cpuMicroseconds - before.cpuMicroseconds) / scale.tunnels;
    };
    for (const { target } of [gateway, relay]) await runTunnels(target, scale.warmUp, IN_FLIGHT);
    const { asked, refused } = gateway.target.tally;
    bench.report(`${asked} tunnels to warm up, ${refused} refused, all as expected`);
    const rounds = await interleave(
      scale.rounds,
      perTunnel(gateway, latencies.ours),
      perTunnel(relay, latencies.baseline),
    );
    await relay.process.stop();
    const records = await gateway.stopAndVerify();
    const detail = `${describeRounds(rounds, 'µs of processor time a tunnel')}; median latency ${describeLatency(latencies)} with ${IN_FLIGHT} under way; ${records}`;
    return { value: medianRatio(rounds), detail };
  });
}

function describeLatency({ ours, baseline }: Record<'ours' | 'baseline', readonly number[]>): string {
  return `${median(ours).toFixed(2)} ms against ${median(baseline).toFixed(2)} ms`;
}

function measureBulk(bench: Bench): Promise<Measurement> {
  return withEnds(bench, async (ends, folder, scale) => {
    const gateway = await startGatewaySide(ends, folder, BUFFERED);
    const relay = await startRelay(ends, folder);
    const perGibibyte =
      ({ process, target }: TunnelSide) =>
      async () => {
        const before = await process.figures();
        await download(target, scale.bulkBytes, target.tally.asked);
        await upload(target, scale.bulkBytes, target.tally.asked);
        const microseconds = (await process.figures()).cpuMicroseconds - before.cpuMicroseconds;
        return microseconds / 1e6 / ((2 * scale.bulkBytes) / (1024 * MEBIBYTE));
      };
    await interleave(1, perGibibyte(gateway), perGibibyte(relay));
    const rounds = await interleave(scale.bulkRounds, perGibibyte(gateway), perGibibyte(relay));
    await relay.process.stop();
    const records = await gateway.stopAndVerify();
    const detail = `${describeRounds(rounds, 's of processor time a GiB')}, half of it in each direction, every byte compared; ${records}`;
    return { value: medianRatio(rounds), detail };
  });
}

/** What one idle tunnel takes, in bytes. */
interface IdleCost {
  readonly heap: number;
  readonly resident: number;
}

function measureIdle(bench: Bench): Promise<Record<'ours' | 'baseline', readonly IdleCost[]>> {
  return bench.once('idle tunnels', () =>
    withEnds(bench, async (ends, folder, scale) => {
      const costs: { ours: IdleCost[]; baseline: IdleCost[] } = { ours: [], baseline: [] };
      for (let round = 0; round < scale.idleRounds; round++) {
        const gateway = await startGatewaySide(ends, folder, BUFFERED);
        costs.ours.push(await idleCost(gateway, scale));
        await gateway.stopAndVerify();
        const relay = await startRelay(ends, folder);
        costs.baseline.push(await idleCost(relay, scale));
        await relay.process.stop();
        bench.report(`idle tunnels, round ${round + 1} of ${scale.idleRounds}`);
      }
      return costs;
    }),
  );
}

/** The slope from few to many tunnels, in a process that has relayed before. */
async function idleCost({ process, target }: TunnelSide, scale: TunnelScale): Promise<IdleCost> {
  const [few, many] = scale.idle;
  await runTunnels(target, scale.warmUp, IN_FLIGHT);
  const held = holdTunnels(target);
  const fill = async (count: number) => {
    await held.fill(count);
    const figures = await process.collectedFigures();
    if (held.open() !== count) throw new Error(`${held.open()} of ${count} idle tunnels are still open`);
    return figures;
  };
  try {
    const [before, after] = [await fill(few), await fill(many)];
    return {
      heap: (after.heapBytes - before.heapBytes) / (many - few),
      resident: (after.residentBytes - before.residentBytes) / (many - few),
    };
  } finally {
    held.close();
  }
}

async function measureIdleHeap(bench: Bench): Promise<Measurement> {
  const costs = await measureIdle(bench);
  const kibibytes = (side: readonly IdleCost[]) => side.map(({ heap }) => heap / 1024);
  return {
    value: median(kibibytes(costs.ours)),
    baseline: median(kibibytes(costs.baseline)),
    detail: `${spread(kibibytes(costs.ours))} KiB against ${spread(kibibytes(costs.baseline))} KiB, ${describeSlope(bench)}`,
  };
}

async function measureIdleMemory(bench: Bench): Promise<Measurement> {
  const costs = await measureIdle(bench);
  const kibibytes = (side: readonly IdleCost[]) => side.map(({ resident }) => resident / 1024);
  const rounds = { ours: kibibytes(costs.ours), baseline: kibibytes(costs.baseline) };
  return {
    value: medianRatio(rounds),
    detail: `${describeRounds(rounds, 'KiB of resident memory')}, ${describeSlope(bench)}`,
  };
}

function describeSlope(bench: Bench): string {
  const [few, many] = scaleOf(bench).idle;
  return `the slope from ${few} to ${many} tunnels, after a forced collection`;
}

function measureSyncs(bench: Bench): Promise<Measurement> {
  return withEnds(bench, async (ends, folder, scale) => {
    const gateway = await startGatewaySide(ends, folder, SYNCED);
    await runTunnels(gateway.target, scale.warmUp, IN_FLIGHT);
    const before = (await gateway.report()).syncs;
    const latencies = await runTunnels(gateway.target, scale.syncedTunnels, IN_FLIGHT);
    const syncs = (await gateway.report()).syncs - before;
    const records = await gateway.stopAndVerify();
    const detail = `${syncs} for ${scale.syncedTunnels} tunnels, ${IN_FLIGHT} under way, each ${SYNCED.syncMilliseconds} ms long; median latency ${median(latencies).toFixed(2)} ms; ${records}`;
    return { value: (syncs / scale.syncedTunnels) * 100, detail };
  });
}
