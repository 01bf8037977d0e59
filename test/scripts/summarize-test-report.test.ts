import { expect, test } from 'vitest';
import { formatTestSummary, summarizeTestReport } from '../../scripts/summarize-test-report.ts';

const file = (status: string, ...tests: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});

test.for([
  [
    'tests are counted over files',
    [file('passed', 'passed', 'passed'), file('passed', 'passed')],
    '3 passed, 0 failed',
  ],
  ['failed tests', [file('failed', 'passed', 'failed', 'failed')], '1 passed, 2 failed'],
  [
    'what is pending, skipped or to do is skipped',
    [file('passed', 'pending', 'skipped', 'todo')],
    '0 passed, 0 failed, 3 skipped',
  ],
  [
    'a file that failed before its tests is one failure',
    [file('failed', 'skipped'), file('failed')],
    '0 passed, 2 failed, 1 skipped',
  ],
  ['an empty run', [], '0 passed, 0 failed'],
] as const)('%s', ([, testResults, line]) => {
  expect(formatTestSummary(summarizeTestReport({ testResults }))).toBe(line);
});
