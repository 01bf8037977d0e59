import { expect, type RunnerTestFile, test } from 'vitest';
import { tryOnce } from './cluster-test-runner.ts';

type Task = RunnerTestFile['tasks'][number];

test('a file whose tests have one try has it in all of its suites', () => {
  const one = { type: 'test', retry: 1 };
  const inner = { type: 'suite', retry: 1, tasks: [{ type: 'test', retry: 1 }] };
  const file = { type: 'suite', retry: 1, tasks: [one, inner] };
  tryOnce(file as unknown as Task);
  expect([one.retry, inner.tasks[0]?.retry]).toEqual([0, 0]);
});
