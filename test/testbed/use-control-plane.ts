import { inject } from 'vitest';
import { connectControlPlane, type ControlPlane } from './connect-control-plane.ts';
import type { TestbedState } from './testbed-state.ts';

/**
 * The control plane that the test run shares. Call it at the top of a test file and use it inside hooks and
 * tests; work in namespaces of the file's own (`createNamespace`), since other files use the same server.
 */
export function useControlPlane(): ControlPlane {
  const state: TestbedState = inject('testbed');
  if ('connection' in state) return connectControlPlane(state.connection);
  const { missing } = state;
  // Only reached by a test file that uses it while it is collected: its tests are skipped by the runner.
  return new Proxy({} as ControlPlane, {
    get: () => {
      throw new Error(`there is no control plane: ${missing}`);
    },
  });
}
