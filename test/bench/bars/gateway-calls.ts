import type { Bar, Bench, Measurement } from '../bar.ts';
import { openCallClients } from '../gateway/call-load.ts';
import { startExpress } from '../gateway/express-side.ts';
import { startGatewaySide } from '../gateway/gateway-side.ts';
import { type MeasuredProcess, withFolder } from '../gateway/measured-process.ts';
import type { SandboxClients } from '../gateway/sandbox-clients.ts';
import { startTunnelEnds } from '../gateway/tunnel-sides.ts';
import { describeRounds, interleave, median, medianRatio } from '../statistics.ts';

const ROUNDS = 9;
const CALLS = 10_000;
const WARM_UP_CALLS = 60_000;
const QUICK_ROUNDS = 3;
const QUICK_DIVISOR = 50;
const SETTINGS = { durability: 'Buffered', syncMilliseconds: 0 } as const;

/** A decision over HTTPS, beside an express handler that parses the call and answers. */
export const CALL_BARS: readonly Bar[] = [
  { name: 'authorize_http_cpu_ratio', unit: 'ratio', limit: 1.7, needsCluster: false, measure: measureCalls },
];

interface CallSide {
  readonly process: MeasuredProcess;
  readonly clients: SandboxClients;
}

async function measureCalls(bench: Bench): Promise<Measurement> {
  const divisor = bench.isQuick ? QUICK_DIVISOR : 1;
  const ends = await startTunnelEnds(0);
  try {
    return await withFolder(async (folder) => {
      const gateway = await startGatewaySide(ends, folder, SETTINGS);
      const express = await startExpress(folder);
      const ours = {
        process: gateway.process,
        clients: openCallClients({ ...gateway.api, isDeciding: true }),
      };
      const baseline = {
        process: express.process,
        clients: openCallClients({ ...express.api, isDeciding: false }),
      };
      for (const { clients } of [ours, baseline]) await clients.send(WARM_UP_CALLS / divisor);
      const { asked, refused } = ours.clients.tally;
      bench.report(`${asked} calls to warm up, ${refused} refused, all as expected`);
      const latencies: Record<'ours' | 'baseline', number[]> = { ours: [], baseline: [] };
      const rounds = await interleave(
        bench.isQuick ? QUICK_ROUNDS : ROUNDS,
        perCall(ours, CALLS / divisor, latencies.ours),
        perCall(baseline, CALLS / divisor, latencies.baseline),
      );
      await Promise.all([ours, baseline].map(({ clients }) => clients.close()));
      await express.process.stop();
      const records = await gateway.stopAndVerify(ours.clients.tally);
      const medians = `${median(latencies.ours).toFixed(2)} ms against ${median(latencies.baseline).toFixed(2)} ms`;
      return {
        value: medianRatio(rounds),
        detail: `${describeRounds(rounds, 'µs of processor time a call')}; median latency ${medians}; ${records}`,
      };
    });
  } finally {
    await ends.servers.stop();
  }
}

function perCall({ process, clients }: CallSide, count: number, latencies: number[]) {
  return async (): Promise<number> => {
    const before = await process.figures();
    latencies.push(...(await clients.send(count)));
    return ((await process.figures()).cpuMicroseconds - before.cpuMicroseconds) / count;
  };
}
