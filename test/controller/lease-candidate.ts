import { type Election, startElection } from '../../src/controller/lease.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import { resources } from '../../src/kube/resources.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type FaultProxy, startFaultProxy } from '../kube/fault-proxy.ts';
import { writeProxiedKubeconfig } from '../kube/proxied-kubeconfig.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';

const WRITE_INTERVAL = 100;

/** Where the candidates of one test meet, and what ends them. */
export interface Contest {
  readonly namespace: string;
  readonly ends: (() => unknown)[];
}

/** A candidate whose leader writes its name and the time all the while. Times are of this process' one clock. */
export interface Candidate {
  readonly election: Election;
  readonly proxy: FaultProxy;
  readonly began: number[];
  /** When a write was begun that the API server stored. */
  readonly sent: number[];
  readonly refused: unknown[];
  /** Ends it as SIGKILL does: nothing is released, nothing more is sent. */
  readonly crash: () => Promise<void>;
}

export async function startCandidate(
  controlPlane: ControlPlane,
  { namespace, ends }: Contest,
  identity: string,
): Promise<Candidate> {
  const proxy = await startFaultProxy(controlPlane);
  const token = controlPlane.connection.tokens['admin'] ?? '';
  const client = await createKubeClient({ kubeconfig: await writeProxiedKubeconfig(proxy.url, token) });
  const state = { began: [] as number[], sent: [] as number[], refused: [] as unknown[] };
  const election = startElection({
    client,
    identity,
    clock: systemClock,
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    lease: { namespace, name: 'leader' },
    lead: (tools) => {
      state.began.push(systemClock.now());
      const write = async (): Promise<void> => {
        const sentAt = systemClock.now();
        const object = { metadata: { namespace, name: identity }, data: { at: String(sentAt) } };
        await tools.client.apply(resources.configMaps, object).then(
          () => state.sent.push(sentAt),
          (error: unknown) => state.refused.push(error),
        );
      };
      const run = async (): Promise<void> => {
        // On after the end of the term: the fence has to hold, and not this loop.
        while (!tools.signal.aborted || state.refused.length < 3) {
          void write();
          await systemClock.sleep(WRITE_INTERVAL);
        }
      };
      const running = run();
      return { stop: () => running };
    },
  });
  const crash = async (): Promise<void> => {
    await proxy.down();
    await client.close();
  };
  ends.push(
    () => client.close(),
    () => proxy.close().catch(() => undefined),
    () => election.stop(),
  );
  return { election, proxy, crash, ...state };
}
