/**
 * Whether tests can run on this machine. Where something is missing, says in one line what; with
 * `CLOISTER_TESTBED=required` throws that line instead, so that the file fails.
 */
export function canRun(tests: string, missing: string | null): boolean {
  if (missing === null) return true;
  const required = process.env['CLOISTER_TESTBED'] === 'required';
  const line = `${tests} ${required ? 'fail' : 'are skipped'}: ${missing}`;
  if (required) throw new Error(line);
  process.stderr.write(`${line}\n`);
  return false;
}
