import { inject, type RunnerTestFile, TestRunner, type VitestTestRunner } from 'vitest';
import type { TestbedState } from './testbed-state.ts';

/** Runs cluster tests; without a testbed every file is reported as skipped or failed, and no hook runs. */
export default class ClusterTestRunner extends TestRunner implements VitestTestRunner {
  onCollected(files: RunnerTestFile[]): void {
    const state: TestbedState = inject('testbed');
    if ('connections' in state) return;
    reportMissing(files, state);
  }
}

/** Reports every test of the files as skipped, or as failed where the testbed is required. */
export function reportMissing(
  files: readonly RunnerTestFile[],
  { missing, required }: { readonly missing: string; readonly required: boolean },
): void {
  for (const file of files) {
    if (required) {
      file.result = { state: 'fail', errors: [{ name: 'Testbed', message: missing }] };
    } else {
      skip(file);
    }
  }
}

function skip(task: RunnerTestFile['tasks'][number]): void {
  task.mode = 'skip';
  if (task.type === 'suite') task.tasks.forEach(skip);
}
