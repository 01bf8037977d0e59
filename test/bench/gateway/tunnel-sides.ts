import { freePort } from '../../testbed/free-port.ts';
import { clientHellos } from './client-hello.ts';
import { echoHosts, SINK_HOST, SOURCE_HOST } from './destinations.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';
import { benchSandboxes } from './sandboxes.ts';
import { type Servers, startServers } from './start-servers.ts';
import type { TunnelTarget, TunnelUser } from './tunnels.ts';

/** What both sides of a ratio relay to, and from whom. */
export interface TunnelEnds {
  readonly servers: Servers;
  readonly hellos: ReadonlyMap<string, Buffer>;
  readonly users: readonly TunnelUser[];
}

/** A proxy that runs, and how it is asked. */
export interface TunnelSide {
  readonly process: MeasuredProcess;
  readonly target: TunnelTarget;
}

/** Starts what tunnels lead to. */
export async function startTunnelEnds(bulkBytes: number): Promise<TunnelEnds> {
  const hellos = await clientHellos([...echoHosts(), SOURCE_HOST, SINK_HOST]);
  const users = benchSandboxes().map(({ address, proxySecret }) => ({
    address,
    authorization: `Basic ${Buffer.from(`agent:${proxySecret}`).toString('base64')}`,
  }));
  return { servers: await startServers(bulkBytes), hellos, users };
}

/** Starts the bare relay of `test/bench/baseline`, which is asked for the same and refuses nothing. */
export async function startRelay(
  { servers, hellos, users }: TunnelEnds,
  folder: string,
): Promise<TunnelSide> {
  const port = await freePort('127.0.0.1');
  const process = await startMeasured({
    name: 'bare relay',
    program: '../baseline/connect-relay.ts',
    flags: [`--port=${port}`, `--servers=${JSON.stringify(servers.ports)}`],
    folder,
  });
  return { process, target: { port, users, hellos, refusedHost: null, tally: { asked: 0, refused: 0 } } };
}
