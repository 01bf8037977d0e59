import { inject } from 'vitest';
import {
  connectControlPlane,
  type ControlPlane,
  type ControlPlaneConnection,
} from './connect-control-plane.ts';
import type { TestbedState } from './testbed-state.ts';

/**
 * A control plane that test files use one after the other. Call it at the top of a test file and use it inside hooks and tests; work
 * in namespaces of the file's own (`createNamespace`), since other files use the same server.
 */
export function useControlPlane(): ControlPlane {
  const state: TestbedState = inject('testbed');
  if ('connections' in state) return connectControlPlane(ofThisWorker(state.connections));
  const { missing } = state;
  // Only reached by a test file that uses it while it is collected: its tests are skipped by the runner.
  return new Proxy({} as ControlPlane, {
    get: () => {
      throw new Error(`there is no control plane: ${missing}`);
    },
  });
}

/** Vitest numbers the files that run at the same time from one. */
function ofThisWorker(connections: readonly ControlPlaneConnection[]): ControlPlaneConnection {
  const worker = Number(process.env['VITEST_POOL_ID']);
  const connection = connections[worker - 1];
  if (connection === undefined) throw new Error(`there is no control plane for worker ${worker}`);
  return connection;
}
