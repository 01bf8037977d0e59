import { afterAll, beforeAll } from 'vitest';
import { applyTenant, FIRST_REFUSAL, waitUntilRefused } from '../demo/prepare.ts';
import { startControlPlane, type StartedControlPlane } from '../testbed/control-plane.ts';
import { type RunningCloister, startCloister } from '../testbed/start-cloister.ts';
import { type ClusterCalls, clusterCalls } from './cluster-calls.ts';
import { startGateDigest } from './samples.ts';

/** A control plane of the file's own with Cloister beside it and the sample tenant `acme` enrolled. */
export interface CloisterInUse {
  readonly controlPlane: StartedControlPlane;
  readonly cloister: RunningCloister;
  /** As the cluster's administrator. */
  readonly calls: ClusterCalls;
}

/** Call it at the top of a test file, and use what it gives inside hooks and tests alone. */
export function useCloister(): CloisterInUse {
  let started: CloisterInUse | undefined;
  beforeAll(async () => {
    const controlPlane = await startControlPlane({ hasCloister: true });
    const cloister = await startCloister(controlPlane, { startGateDigests: [startGateDigest()] });
    started = { controlPlane, cloister, calls: clusterCalls(controlPlane) };
    await applyTenant(controlPlane);
    await waitUntilRefused(controlPlane, FIRST_REFUSAL);
  });
  afterAll(async () => {
    await started?.cloister.stop();
    await started?.controlPlane.stop();
  });
  const given = (): CloisterInUse => {
    if (started === undefined) throw new Error('Cloister is used before the hooks have run');
    return started;
  };
  return {
    get controlPlane() {
      return given().controlPlane;
    },
    get cloister() {
      return given().cloister;
    },
    get calls() {
      return given().calls;
    },
  };
}
