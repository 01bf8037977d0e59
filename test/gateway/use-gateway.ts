import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { GateFacts } from '../../src/policy/gate/gate-facts.ts';
import { buildGateFacts } from '../build/gate-facts.ts';
import { startControlPlane, type StartedControlPlane } from '../testbed/control-plane.ts';
import { type RawAnswer, requestFrom } from './ask-from.ts';
import { createPod, type WrittenPod } from './pod-writer.ts';
import { type GatewayOnCluster, startGatewayOnCluster } from './gateway-on-cluster.ts';

/** A gateway that is ready, with an API server of its own and one enrolled namespace. */
export interface UsedGateway extends GatewayOnCluster {
  readonly controlPlane: StartedControlPlane;
  readonly client: KubeClient;
  /** The enrolled namespace. */
  readonly agents: string;
  /** An address of the loopback device that no test before has used. */
  readonly address: string;
  /** Another one. */
  readonly otherAddress: string;
  /** The facts that it began with. */
  readonly facts: GateFacts;
  /** Creates a pod in the enrolled namespace that has `address`, or as the changes say. */
  readonly createPod: (name: string, changes?: Partial<WrittenPod>) => Promise<void>;
  readonly statusFrom: (source: string) => Promise<number>;
  /** Waits until an answer has the status, and returns it. */
  readonly untilStatus: (source: string, status: number) => Promise<RawAnswer>;
}

/** As often as a start gate asks, and well within the limits of an address. */
export const POLL = { timeout: 30_000, interval: 300 } as const;

/** Registers the hooks; use what it answers only inside tests. */
export function useGateway(): UsedGateway {
  const state = {} as { -readonly [Key in keyof UsedGateway]: UsedGateway[Key] };
  let used = 1;
  beforeAll(async () => {
    state.controlPlane = await startControlPlane({ controllerManager: false });
    state.client = await createKubeClient({ kubeconfig: state.controlPlane.kubeconfig });
    Object.assign(state, await startGatewayOnCluster(state.controlPlane));
    state.agents = await state.controlPlane.createNamespace('agents');
    state.facts = buildGateFacts({ namespaces: [state.agents] });
    await state.bind(state.agents);
    await state.writeFacts(state.facts);
    await state.ready();
  });
  afterAll(async () => {
    await state.stop?.();
    await state.client?.close();
    await state.controlPlane?.stop();
  });
  beforeEach(() => {
    used += 1;
    state.address = `127.0.0.${used}`;
    state.otherAddress = `127.0.1.${used}`;
  });
  state.createPod = (name, changes) =>
    createPod(state.client, { namespace: state.agents, name, address: state.address, ...changes });
  state.statusFrom = async (source) => (await requestFrom(source, state.connection)).status;
  state.untilStatus = async (source, status) => {
    let answer: RawAnswer | undefined;
    const ask = async (): Promise<number> => {
      answer = await requestFrom(source, state.connection);
      return answer.status;
    };
    await expect.poll(ask, POLL).toBe(status);
    return answer as RawAnswer;
  };
  return state;
}
