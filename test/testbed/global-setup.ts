import type { TestProject } from 'vitest/node';
import { startControlPlane } from './control-plane.ts';
import { MissingProgramError } from './missing-program-error.ts';
import type { TestbedState } from './testbed-state.ts';

/**
 * Starts one control plane for all test files of the run. Where its programs cannot be had, the cluster tests
 * are reported as skipped with the reason, or, with CLOISTER_TESTBED=required, as failed.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const provide = (state: TestbedState): void => project.provide('testbed', state);
  try {
    const controlPlane = await startControlPlane();
    provide({ connection: controlPlane.connection });
    let stopping = false;
    controlPlane.controllersRunning().catch((error: unknown) => {
      if (!stopping) process.stderr.write(`testbed: the controllers do not run: ${String(error)}\n`);
    });
    return () => {
      stopping = true;
      return controlPlane.stop();
    };
  } catch (error) {
    if (!(error instanceof MissingProgramError)) throw error;
    const required = process.env['CLOISTER_TESTBED'] === 'required';
    process.stderr.write(`testbed: cluster tests ${required ? 'fail' : 'are skipped'}: ${error.message}\n`);
    provide({ missing: error.message, required });
    return () => Promise.resolve();
  }
}
