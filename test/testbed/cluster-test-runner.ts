import { inject, type RunnerTestFile, TestRunner, type VitestTestRunner } from 'vitest';
import type { TestbedState } from './testbed-state.ts';

/**
 * Runs cluster tests; without a testbed every file is reported as skipped or failed, and no hook runs. What an attack may not do,
 * it may not do once in two: its tests have one try.
 */
export default class ClusterTestRunner extends TestRunner implements VitestTestRunner {
  onCollected(files: RunnerTestFile[]): void {
    for (const file of files) if (ATTACKS.test(file.filepath)) tryOnce(file);
    const state: TestbedState = inject('testbed');
    if ('connections' in state) return;
    reportMissing(files, state);
  }
}

const ATTACKS = /\/test\/attacks\/[^/]+$/;

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

/** Takes the second try from the tests of a file or suite. */
export function tryOnce(task: RunnerTestFile['tasks'][number]): void {
  task.retry = 0;
  if (task.type === 'suite') task.tasks.forEach(tryOnce);
}
