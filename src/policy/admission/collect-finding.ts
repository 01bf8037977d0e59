import type { Finding } from './check.ts';

/** Adds a finding, if there is one, to a list that is only made when it is needed: a clean pod allocates nothing. */
export function collectFinding(findings: Finding[] | null, finding: Finding | null): Finding[] | null {
  if (finding === null) return findings;
  if (findings === null) return [finding];
  findings.push(finding);
  return findings;
}
