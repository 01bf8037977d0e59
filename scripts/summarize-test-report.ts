import { relative } from 'node:path';

/** The part of vitest's JSON report that the last lines are made of. */
export interface TestReport {
  testResults: readonly {
    /** The path of the file. */
    name: string;
    status: string;
    assertionResults: readonly {
      status: string;
      /** The names of what the test is inside of, and its own. */
      fullName: string;
      /** Of every try that failed, also where a later one passed. */
      failureMessages: readonly string[];
    }[];
  }[];
}

/** A test that failed and then passed. */
export interface SecondTry {
  file: string;
  test: string;
  /** The first line of how it failed. */
  failure: string;
}

/** How many tests ended how. */
export interface TestSummary {
  passed: number;
  failed: number;
  skipped: number;
  /** Those of the passed ones that failed at their first try. */
  secondTries: SecondTry[];
}

/** Counts tests; a file that failed outside its tests, as in a hook or an import, counts as one failure. */
export function summarizeTestReport(report: TestReport): TestSummary {
  const summary: TestSummary = { passed: 0, failed: 0, skipped: 0, secondTries: [] };
  for (const file of report.testResults) {
    const failedBefore = summary.failed;
    for (const { status, fullName, failureMessages } of file.assertionResults) {
      if (status === 'passed') summary.passed += 1;
      else if (status === 'failed') summary.failed += 1;
      else summary.skipped += 1;
      const [message] = failureMessages;
      if (status === 'passed' && message !== undefined)
        summary.secondTries.push({ file: file.name, test: fullName, failure: firstLine(message) });
    }
    if (file.status === 'failed' && summary.failed === failedBefore) summary.failed += 1;
  }
  return summary;
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}

/**
 * Writes the summary as the lines that end a test run. The last is `12 passed, 0 failed, 3 skipped`; the tests that needed their
 * second try come before it, in files named from `root`.
 */
export function formatTestSummary(
  { passed, failed, skipped, secondTries }: TestSummary,
  root: string,
): string {
  const counts = [`${passed} passed`, `${failed} failed`];
  if (skipped > 0) counts.push(`${skipped} skipped`);
  return [...formatSecondTries(secondTries, root), counts.join(', ')].join('\n');
}

function formatSecondTries(secondTries: readonly SecondTry[], root: string): readonly string[] {
  if (secondTries.length === 0) return [];
  const lines = secondTries.map(
    ({ file, test, failure }) => `  ${relative(root, file)} > ${test}: ${failure}`,
  );
  return [`${secondTries.length} passed at the second try:`, ...lines];
}
