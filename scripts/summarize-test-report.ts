/** The part of vitest's JSON report that the last line is made of. */
export interface TestReport {
  testResults: readonly {
    name: string;
    status: string;
    assertionResults: readonly { status: string }[];
  }[];
}

/** How many tests ended how. */
export interface TestSummary {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts tests; a file that failed outside its tests, as in a hook or an import, counts as one failure. */
export function summarizeTestReport(report: TestReport): TestSummary {
  const summary: TestSummary = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    const failedBefore = summary.failed;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') summary.passed += 1;
      else if (status === 'failed') summary.failed += 1;
      else summary.skipped += 1;
    }
    if (file.status === 'failed' && summary.failed === failedBefore) summary.failed += 1;
  }
  return summary;
}

/** Writes the summary as the line that ends a test run: `12 passed, 0 failed, 3 skipped`. */
export function formatTestSummary({ passed, failed, skipped }: TestSummary): string {
  const counts = [`${passed} passed`, `${failed} failed`];
  if (skipped > 0) counts.push(`${skipped} skipped`);
  return counts.join(', ');
}
