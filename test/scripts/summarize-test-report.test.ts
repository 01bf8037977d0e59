import { expect, test } from 'vitest';
import { formatTestSummary, summarizeTestReport } from '../../scripts/summarize-test-report.ts';

const ROOT = '/checkout/';
const run = (status: string, fullName = 'a test', failureMessages: readonly string[] = []) => ({
  status,
  fullName,
  failureMessages,
});
const file = (status: string, ...tests: (string | ReturnType<typeof run>)[]) => ({
  name: '/checkout/test/a.test.ts',
  status,
  assertionResults: tests.map((one) => (typeof one === 'string' ? run(one) : one)),
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
  [
    'a test that failed twice is a failure',
    [file('failed', run('failed', 'it holds', ['Error: first', 'Error: second']))],
    '0 passed, 1 failed',
  ],
  [
    'a test that passed at its second try is named, with the first line of its failure',
    [file('passed', 'passed', run('passed', 'a node starts', ['Error: not ready\n    at a.ts:1:1']))],
    [
      '1 passed at the second try:',
      '  test/a.test.ts > a node starts: Error: not ready',
      '2 passed, 0 failed',
    ].join('\n'),
  ],
  [
    'all tests that passed at their second try are named',
    [
      file('passed', run('passed', 'a node starts', ['Error: not ready'])),
      file('passed', run('passed', 'a lease is kept', ['Error: it is lost'])),
    ],
    [
      '2 passed at the second try:',
      '  test/a.test.ts > a node starts: Error: not ready',
      '  test/a.test.ts > a lease is kept: Error: it is lost',
      '2 passed, 0 failed',
    ].join('\n'),
  ],
] as const)('%s', ([, testResults, lines]) => {
  expect(formatTestSummary(summarizeTestReport({ testResults }), ROOT)).toBe(lines);
});
