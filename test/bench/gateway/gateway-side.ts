import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { GATEWAY_NODE_FLAGS } from '../../../src/render/tenant/gateway-stateful-set.ts';
import { writeAuditKey } from '../../build/write-audit-key.ts';
import { freePort } from '../../testbed/free-port.ts';
import type { BenchDurability } from './bench-role.ts';
import { REFUSED_HOST, type ServerPorts } from './destinations.ts';
import { startMeasured } from './measured-process.ts';
import { readAudit } from './read-audit.ts';
import { TENANT } from './sandboxes.ts';
import { writeServingCertificate } from './serving-certificate.ts';
import type { TunnelEnds, TunnelSide } from './tunnel-sides.ts';
import type { Tally } from './tunnels.ts';

/** How a gateway of the bench is started. */
export interface GatewaySettings {
  readonly durability: BenchDurability;
  /** How long the disk takes for a sync of the audit; 0 for as long as it takes. */
  readonly syncMilliseconds: number;
}

/** What `run-gateway.ts` plays. */
export interface PlayedParts extends GatewaySettings {
  readonly servers: ServerPorts;
  /** Who vouches for the upstream, in PEM. */
  readonly upstreamAuthority: string;
  /** Where it answers with a {@link GatewayReport}. */
  readonly reportPort: number;
}

/** What `run-gateway.ts` tells of the parts that it plays, since the start. */
export interface GatewayReport {
  /** How often the audit was synced to the disk. */
  readonly syncs: number;
  /** Bytes that the gateway has read from the upstream, TLS included, by connection in the order of their opening. */
  readonly upstreamBytesRead: readonly number[];
}

/** The gateway, in a process of its own. */
export interface GatewaySide extends TunnelSide {
  /** Where calls are decided. */
  readonly api: { readonly url: string; readonly authority: string };
  readonly report: () => Promise<GatewayReport>;
  /**
   * Ends the gateway, and compares its audit with what was asked of it: tunnels and requests for upstreams, and `calls` beside
   * them. Returns a line about that; throws if a record is missing or the chain does not verify.
   */
  readonly stopAndVerify: (calls?: Readonly<Tally>) => Promise<string>;
}

const ADDRESS = '127.0.0.1';
/** Long enough for the end of the last tunnel to be recorded. */
const DRAIN_SECONDS = 2;

const port = (): Promise<number> => freePort(ADDRESS);

/** Starts the gateway, whose connections lead to the servers of the bench, in a folder of its own below `parent`. */
export async function startGatewaySide(
  { servers, hellos, users }: TunnelEnds,
  parent: string,
  settings: GatewaySettings,
): Promise<GatewaySide> {
  const folder = await mkdtemp(join(parent, 'gateway-'));
  const audit = join(folder, 'audit');
  const keyFolder = writeAuditKey(folder);
  const { authority, folder: certificateFolder } = await writeServingCertificate(folder, 'gateway');
  const [proxy, api, probes, reportPort] = [await port(), await port(), await port(), await port()];
  const { ports, upstream } = servers;
  const upstreamAuthority = upstream.authority;
  const parts: PlayedParts = { ...settings, servers: ports, upstreamAuthority, reportPort };
  const process = await startMeasured({
    name: 'gateway',
    program: 'run-gateway.ts',
    nodeFlags: GATEWAY_NODE_FLAGS,
    flags: [
      JSON.stringify(parts),
      `--tenant=${TENANT}`,
      `--address=${ADDRESS}`,
      `--proxy-port=${proxy}`,
      `--api-port=${api}`,
      '--canary-port=0',
      `--probe-port=${probes}`,
      '--metrics-port=0',
      `--certificate-folder=${certificateFolder}`,
      `--drain-seconds=${DRAIN_SECONDS}`,
      '--audit-replica=cloister-gateway-0',
      `--audit-folder=${audit}`,
      `--audit-key-folder=${keyFolder}`,
    ],
    folder,
    readyURL: `http://${ADDRESS}:${probes}/readyz`,
  });
  const tally = { asked: 0, refused: 0 };
  return {
    process,
    target: { port: proxy, users, hellos, refusedHost: REFUSED_HOST, tally },
    api: { url: `https://${ADDRESS}:${api}`, authority },
    report: async () => (await (await fetch(`http://${ADDRESS}:${reportPort}/`)).json()) as GatewayReport,
    stopAndVerify: async (calls = { asked: 0, refused: 0 }) => {
      await process.stop();
      return compareAudit(await readAudit(audit), tally, calls);
    },
  };
}

function compareAudit(
  counts: Awaited<ReturnType<typeof readAudit>>,
  tunnels: Readonly<Tally>,
  calls: Readonly<Tally>,
): string {
  const established = tunnels.asked - tunnels.refused;
  const expected = {
    events: calls.asked + tunnels.refused,
    intents: established,
    outcomes: established,
    denied: calls.refused + tunnels.refused,
  };
  const [found, wanted] = [counts, expected].map((one) => JSON.stringify(one));
  if (found !== wanted) throw new Error(`the audit has ${found}; what was asked for is ${wanted}`);
  return `${calls.asked + tunnels.asked} requests, as many recorded, the chain verifies`;
}
