import { defineConfig } from 'vitest/config';

// `unit` needs nothing but Node; `cluster` starts the servers of test/testbed; `node` starts a Kubernetes node as well.
// `faults` is long, and there only where it is asked for.
const FAULTS = {
  test: {
    name: 'faults',
    // The files of `cluster` that take a sample of their cases take all here.
    include: [
      'test/**/*.faults.test.ts',
      'test/**/*-cuts.cluster.test.ts',
      'test/e2e/enrolment.cluster.test.ts',
    ],
    globalSetup: ['test/testbed/global-setup.ts'],
    runner: 'test/testbed/cluster-test-runner.ts',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 180_000,
  },
};

/** Servers share a machine with what else runs on it. A test that needs this is named at the end of a run, and is a defect. */
const RETRY = 1;

/** How many files of `cluster` run at the same time, each on a control plane of its own. */
const CONTROL_PLANES = Number(process.env['CLOISTER_CONTROL_PLANES'] ?? '1');

export default defineConfig({
  test: {
    projects: [
      ...(process.env['CLOISTER_FAULT_SEED'] === undefined ? [] : [FAULTS]),
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{cluster,faults,node}.test.ts'],
          // Vitest leaves one core free, which halves a machine of two.
          maxWorkers: '100%',
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/**/*.cluster.test.ts'],
          globalSetup: ['test/testbed/global-setup.ts'],
          runner: 'test/testbed/cluster-test-runner.ts',
          maxWorkers: CONTROL_PLANES,
          sequence: { groupOrder: 2 },
          retry: RETRY,
          testTimeout: 60_000 * CONTROL_PLANES,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'node',
          include: ['test/**/*.node.test.ts'],
          globalSetup: ['test/testbed/node/global-setup.ts'],
          runner: 'test/testbed/node/node-test-runner.ts',
          fileParallelism: false,
          // After the others: a node takes both cores of a small machine.
          sequence: { groupOrder: 1 },
          retry: RETRY,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
