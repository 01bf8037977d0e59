import type { TestProject } from 'vitest/node';
import { startControlPlane, type StartedControlPlane } from './control-plane.ts';
import { MissingProgramError } from './missing-program-error.ts';
import type { TestbedState } from './testbed-state.ts';

/**
 * Starts a control plane for each test file that may run at the same time. Where its programs cannot be had, the cluster tests are
 * reported as skipped with the reason, or, with CLOISTER_TESTBED=required, as failed.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const provide = (state: TestbedState): void => project.provide('testbed', state);
  try {
    const controlPlanes = await startControlPlanes(project.config.maxWorkers);
    provide({ connections: controlPlanes.map(({ connection }) => connection) });
    let stopping = false;
    for (const controlPlane of controlPlanes) {
      controlPlane.controllersRunning().catch((error: unknown) => {
        if (!stopping) process.stderr.write(`testbed: the controllers do not run: ${String(error)}\n`);
      });
    }
    return async () => {
      stopping = true;
      await stopAll(controlPlanes);
    };
  } catch (error) {
    if (!(error instanceof MissingProgramError)) throw error;
    const required = process.env['CLOISTER_TESTBED'] === 'required';
    process.stderr.write(`testbed: cluster tests ${required ? 'fail' : 'are skipped'}: ${error.message}\n`);
    provide({ missing: error.message, required });
    return () => Promise.resolve();
  }
}

/** One after the other, so that what the first builds or bootstraps the next finds. */
async function startControlPlanes(count: number): Promise<readonly StartedControlPlane[]> {
  const started: StartedControlPlane[] = [];
  try {
    while (started.length < count) started.push(await startControlPlane());
    return started;
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

async function stopAll(controlPlanes: readonly StartedControlPlane[]): Promise<void> {
  await Promise.all(controlPlanes.map((controlPlane) => controlPlane.stop()));
}
