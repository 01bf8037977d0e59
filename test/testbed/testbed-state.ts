import type { ControlPlaneConnection } from './connect-control-plane.ts';

/** What the test files learn of the testbed: how to reach it, or the line that says why there is none. */
export type TestbedState =
  /** A control plane for each file that runs at the same time. */
  | { connections: readonly ControlPlaneConnection[] }
  /** With `required` the tests fail instead of being skipped. */
  | { missing: string; required: boolean };

declare module 'vitest' {
  interface ProvidedContext {
    testbed: TestbedState;
  }
}
