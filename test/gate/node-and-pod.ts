import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GateLimits } from '../../src/gate/run-gate.ts';
import type { GateTarget, NodePorts } from '../../src/lib/gate-protocol.ts';

/** Addresses of the two network namespaces, which a veth pair connects as the CNI plugin `ptp` does. */
export const NODE_ADDRESS = '10.9.0.1';
export const POD_ADDRESS = '10.9.0.2';

/** What the start gate meets in the pod. */
export interface Scenario {
  /** Ports on which the node accepts TCP connections, at each of its addresses. */
  readonly tcpPorts?: readonly number[];
  /** Ports on which the node answers datagrams, at each of its addresses. */
  readonly udpPorts?: readonly number[];
  readonly targets?: readonly GateTarget[];
  /** `Refuse` by default. */
  readonly nodePorts?: NodePorts;
  /** Rules for packets that the node receives from the pod. */
  readonly rules?: readonly string[];
  /** How long the rules lag behind the first round; by default they are there before. */
  readonly rulesAfterMilliseconds?: number;
  readonly withoutIpv6?: boolean;
  /** How many files the gate may have open. */
  readonly maxFiles?: number;
  readonly limits: GateLimits;
  /** The root file system of the image `start-gate`, in which its own program runs in place of the sources. */
  readonly rootfs?: string;
}

/** How the start gate ended. */
export interface ScenarioResult {
  readonly code: number;
  readonly stdout: string;
  /** The termination message, parsed. */
  readonly message: Readonly<Record<string, unknown>>;
}

/** Why scenarios cannot run here; null where they can. */
export function missingForNamespaces(): string | null {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  for (const [program, flag, name] of [
    ['ip', '-V', 'iproute2'],
    ['nft', '--version', 'nftables'],
  ] as const) {
    if (spawnSync(program, [flag]).status !== 0)
      return `${program} is missing; install it with apt-get install ${name}`;
  }
  const { status } = spawnSync('unshare', ['--net', '--mount', 'true']);
  return status === 0 ? null : 'unshare --net --mount must be allowed';
}

/** Runs a scenario in network namespaces of its own, which end with it. */
export function runScenario(scenario: Scenario): Promise<ScenarioResult> {
  const script = fileURLToPath(new URL('run-scenario.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(
      'unshare',
      ['--net', '--mount', '--pid', '--fork', '--kill-child', process.execPath, script],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(stdout) as ScenarioResult);
      else reject(new Error(`the scenario ended with ${code}: ${stdout}`));
    });
    child.stdin.end(JSON.stringify(scenario));
  });
}
