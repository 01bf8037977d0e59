import { inject, type RunnerTestFile, TestRunner, type VitestTestRunner } from 'vitest';
import { reportMissing } from '../cluster-test-runner.ts';
import type { NodeState } from './node-state.ts';

/** Runs node tests; where there can be no node every file is reported as skipped or failed, and no hook runs. */
export default class NodeTestRunner extends TestRunner implements VitestTestRunner {
  onCollected(files: RunnerTestFile[]): void {
    const state: NodeState = inject('node');
    if (state.missing !== undefined) reportMissing(files, state);
  }
}
