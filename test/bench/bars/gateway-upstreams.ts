import { setTimeout as delay } from 'node:timers/promises';
import type { Bar, Bench, Measurement } from '../bar.ts';
import { type GatewaySide, startGatewaySide } from '../gateway/gateway-side.ts';
import { type MeasuredProcess, withFolder } from '../gateway/measured-process.ts';
import type { SandboxClients } from '../gateway/sandbox-clients.ts';
import { readSlowly } from '../gateway/slow-readers.ts';
import { openStreams } from '../gateway/stream-load.ts';
import { startTunnelEnds, type TunnelEnds } from '../gateway/tunnel-sides.ts';
import type { Tally } from '../gateway/tunnels.ts';
import { openUpstreamClients } from '../gateway/upstream-load.ts';
import { startUpstreamProxy } from '../gateway/upstream-side.ts';
import { describeRounds, interleave, median, medianRatio, spread } from '../statistics.ts';

interface UpstreamScale {
  readonly warmUpCalls: number;
  readonly rounds: number;
  readonly calls: number;
  readonly streamRounds: number;
  readonly streams: number;
  readonly streamMilliseconds: number;
  readonly cancelled: number;
  readonly slowReaders: number;
}

const SETTINGS = { durability: 'Buffered', syncMilliseconds: 0 } as const;
const AFTER_CANCEL_MILLISECONDS = 1_000;
/** Of each stream, before it is measured or cancelled. */
const FIRST_EVENTS = 3;
/** Before each round, so that none pays for the handshakes of connections that ended in the one before it. */
const CALLS_BEFORE_ROUND = 500;
const FULL: UpstreamScale = {
  warmUpCalls: 10_000,
  rounds: 7,
  calls: 3_000,
  streamRounds: 7,
  streams: 100,
  streamMilliseconds: 4_000,
  cancelled: 200,
  slowReaders: 20,
};
const QUICK: UpstreamScale = {
  warmUpCalls: 400,
  rounds: 3,
  calls: 200,
  streamRounds: 1,
  streams: 20,
  streamMilliseconds: 1_000,
  cancelled: 40,
  slowReaders: 3,
};

/** Calls of upstreams with a credential, beside a bare reverse proxy with undici. */
export const UPSTREAM_BARS: readonly Bar[] = [
  { name: 'upstream_cpu_ratio', unit: 'ratio', limit: 2, needsCluster: false, measure: measureCalls },
  { name: 'stream_cpu_ratio', unit: 'ratio', limit: 1.5, needsCluster: false, measure: measureStreams },
  {
    name: 'upstream_sockets_after_cancel',
    unit: 'sockets',
    limit: 0,
    needsCluster: false,
    measure: measureCancel,
  },
  {
    name: 'slow_reader_held_bytes',
    unit: 'KiB',
    limit: 64,
    needsCluster: false,
    measure: measureSlowReaders,
  },
];

/** Something that passes requests on to the upstream, and what was asked of it. */
interface Side {
  readonly process: MeasuredProcess;
  readonly api: { readonly url: string; readonly authority: string };
  readonly tally: Tally;
}

interface Started {
  readonly ends: TunnelEnds;
  readonly gateway: GatewaySide;
  readonly folder: string;
  readonly scale: UpstreamScale;
}

/** Runs something with a gateway and the upstream. */
async function withGateway(
  { isQuick }: Bench,
  run: (started: Started) => Promise<Measurement>,
): Promise<Measurement> {
  const ends = await startTunnelEnds(0);
  try {
    return await withFolder(async (folder) => {
      const gateway = await startGatewaySide(ends, folder, SETTINGS);
      return run({ ends, gateway, folder, scale: isQuick ? QUICK : FULL });
    });
  } finally {
    await ends.servers.stop();
  }
}

function sideOf({ process, api, target: { tally } }: GatewaySide): Side {
  return { process, api, tally };
}

async function startBaseline({ ends, folder }: Started): Promise<Side> {
  return { ...(await startUpstreamProxy(ends.servers, folder)), tally: { asked: 0, refused: 0 } };
}

function measureCalls(bench: Bench): Promise<Measurement> {
  return withGateway(bench, async (started) => {
    const { gateway, scale } = started;
    const proxy = await startBaseline(started);
    const open = ({ api, tally }: Side, isDeciding: boolean): SandboxClients =>
      openUpstreamClients({ ...api, isDeciding, tally });
    const ours = { side: sideOf(gateway), clients: open(sideOf(gateway), true), milliseconds: [] };
    const baseline = { side: proxy, clients: open(proxy, false), milliseconds: [] };
    for (const { clients } of [ours, baseline]) await clients.send(scale.warmUpCalls);
    const { asked, refused } = ours.clients.tally;
    bench.report(`${asked} calls to warm up, ${refused} refused, all as expected`);
    const rounds = await interleave(scale.rounds, perCall(ours, scale.calls), perCall(baseline, scale.calls));
    await Promise.all([ours, baseline].map(({ clients }) => clients.close()));
    await proxy.process.stop();
    const records = await gateway.stopAndVerify();
    const medians = `${median(ours.milliseconds).toFixed(2)} ms against ${median(baseline.milliseconds).toFixed(2)} ms`;
    return {
      value: medianRatio(rounds),
      detail: `${describeRounds(rounds, 'µs of processor time a call')}; median latency ${medians}; ${records}`,
    };
  });
}

interface CallSide {
  readonly side: Side;
  readonly clients: SandboxClients;
  readonly milliseconds: number[];
}

function perCall({ side, clients, milliseconds }: CallSide, count: number) {
  return async (): Promise<number> => {
    await clients.send(CALLS_BEFORE_ROUND);
    const before = await side.process.figures();
    milliseconds.push(...(await clients.send(count)));
    return ((await side.process.figures()).cpuMicroseconds - before.cpuMicroseconds) / count;
  };
}

function measureStreams(bench: Bench): Promise<Measurement> {
  return withGateway(bench, async (started) => {
    const { gateway, scale } = started;
    const proxy = await startBaseline(started);
    let events = 0;
    const perEvent = (side: Side) => async () => {
      const streams = await openStreams({ ...side.api, tally: side.tally }, scale.streams);
      await streams.eachHas(FIRST_EVENTS);
      const before = { ...(await side.process.figures()), events: streams.events() };
      await delay(scale.streamMilliseconds);
      const after = { ...(await side.process.figures()), events: streams.events() };
      streams.cancel();
      events += after.events - before.events;
      return (after.cpuMicroseconds - before.cpuMicroseconds) / (after.events - before.events);
    };
    // The first streams find code that was not compiled yet.
    await interleave(1, perEvent(sideOf(gateway)), perEvent(proxy));
    events = 0;
    const rounds = await interleave(scale.streamRounds, perEvent(sideOf(gateway)), perEvent(proxy));
    await proxy.process.stop();
    const records = await gateway.stopAndVerify();
    const detail = `${describeRounds(rounds, 'µs of processor time an event')}; ${events} events of ${scale.streams} streams, every byte compared; ${records}`;
    return { value: medianRatio(rounds), detail };
  });
}

function measureCancel(bench: Bench): Promise<Measurement> {
  return withGateway(bench, async ({ ends, gateway, scale: { cancelled } }) => {
    const { openSockets } = ends.servers.upstream;
    const { api, tally } = sideOf(gateway);
    const streams = await openStreams({ ...api, tally }, cancelled);
    await streams.eachHas(FIRST_EVENTS);
    if (openSockets() !== cancelled) {
      throw new Error(`the upstream has ${openSockets()} connections for ${cancelled} streams`);
    }
    streams.cancel();
    await delay(AFTER_CANCEL_MILLISECONDS);
    const value = openSockets();
    const records = await gateway.stopAndVerify();
    return {
      value,
      detail: `of ${cancelled} for as many streams, ${AFTER_CANCEL_MILLISECONDS} ms later; ${records}`,
    };
  });
}

function measureSlowReaders(bench: Bench): Promise<Measurement> {
  return withGateway(bench, async ({ gateway, scale: { slowReaders } }) => {
    const { api, tally } = sideOf(gateway);
    const held = await readSlowly({ ...api, tally }, slowReaders, gateway.report);
    const kibibytes = held.flat().map((bytes) => bytes / 1024);
    const records = await gateway.stopAndVerify();
    return {
      value: Math.max(...kibibytes),
      detail: `the greatest of ${spread(kibibytes)} KiB, ${slowReaders} readers looked at ${held.length} times each; ${records}`,
    };
  });
}
