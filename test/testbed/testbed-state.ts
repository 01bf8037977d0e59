import type { ControlPlaneConnection } from './connect-control-plane.ts';

/** What the test files learn of the testbed: how to reach it, or the line that says why there is none. */
export type TestbedState =
  | { connection: ControlPlaneConnection }
  /** With `required` the tests fail instead of being skipped. */
  | { missing: string; required: boolean };

declare module 'vitest' {
  interface ProvidedContext {
    testbed: TestbedState;
  }
}
