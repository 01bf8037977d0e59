import { afterAll, beforeAll, expect, vi } from 'vitest';
import { applyTenant } from '../demo/prepare.ts';
import {
  type ControlPlaneOptions,
  startControlPlane,
  type StartedControlPlane,
} from '../testbed/control-plane.ts';
import { type RunningCloister, startCloister } from '../testbed/start-cloister.ts';
import { type ClusterCalls, clusterCalls } from './cluster-calls.ts';
import { NAMESPACE, startGateDigest } from './samples.ts';
import { SANDBOXES, sandboxCalls } from './sandbox-calls.ts';
import { TENANTS } from './tenants.ts';

const DIGEST = startGateDigest();

/** Flags of an operator that gives sandboxes the start gate of the samples, and tenants a gateway. */
export const OPERATOR_FLAGS: readonly string[] = [
  `--start-gate-image=packages.example.com/cloister/start-gate@${DIGEST}`,
  `--start-gate-digests=${DIGEST}`,
  '--image-pull-policy=Never',
  `--gateway-image=packages.example.com/cloister/cloister@${DIGEST}`,
];

export const NAMESPACE_PATH = `/api/v1/namespaces/${NAMESPACE}`;

/** What the kubelet says of a pod whose start gate has passed, and of one whose agent runs. */
export const PASSED = { passed: true } as const;
export const RUNNING = { gate: PASSED, agent: 'Running' } as const;

/**
 * Installs Cloister on a control plane of this file's own and applies the sample tenant, whose gateway has an address then.
 * There is no kubelet: the tests play it. What was there before Cloister is made by `prepare`.
 */
export function useSandboxes(
  prepare: (controlPlane: StartedControlPlane) => Promise<void> = async () => {},
  options: () => Promise<ControlPlaneOptions> = async () => ({}),
  /** Further flags of the operator, asked for when everything is prepared. */
  operatorFlags: () => readonly string[] = () => [],
) {
  let controlPlane: StartedControlPlane;
  let cloister: RunningCloister;
  let calls: ClusterCalls;
  beforeAll(async () => {
    controlPlane = await startControlPlane({ hasCloister: true, ...(await options()) });
    calls = clusterCalls(controlPlane);
    await prepare(controlPlane);
    cloister = await startCloister(controlPlane, {
      startGateDigests: [DIGEST],
      operatorFlags: [...OPERATOR_FLAGS, ...operatorFlags()],
    });
    await applyTenant(controlPlane);
    const hasGateway = async (): Promise<void> => {
      const { object } = await calls.read(`${TENANTS}/acme`);
      expect(object['status']).toMatchObject({ gateway: { clusterIPs: [expect.any(String)] } });
    };
    await vi.waitFor(hasGateway, { timeout: 60_000 });
  });
  afterAll(async () => {
    await cloister?.stop();
    await controlPlane?.stop();
  });
  const sandboxes = sandboxCalls(() => calls);
  return {
    ...sandboxes,
    calls: () => calls,
    controlPlane: () => controlPlane,
    cloister: () => cloister,
    /** Has the pod of a new sandbox run, waits until its status says so, and gives its UID. */
    run: async (name: string, spec: object = {}): Promise<string> => {
      await sandboxes.make(name, spec);
      const { metadata } = await sandboxes.nextPod(name);
      await sandboxes.play(name, RUNNING);
      await sandboxes.says(name, 'Ready True/Ready');
      return metadata.uid;
    },
    changeSandbox: (name: string, spec: object) => calls.merge(`${SANDBOXES}/${name}`, { spec }),
    isGone: async (path: string): Promise<void> =>
      vi.waitFor(async () => expect((await calls.read(path)).status).toBe(404), { timeout: 30_000 }),
  };
}
