import type { Finding } from '../decision.ts';

/** More of one check and one pod are never told; a pod of a hundred thousand containers must not fill the memory. */
const MOST_FINDINGS = 512;

/**
 * Adds a finding, if there is one, to a list that is only made when it is needed: a clean pod allocates nothing. A list
 * that holds as many as are ever told stays as it is.
 */
export function collectFinding(findings: Finding[] | null, finding: Finding | null): Finding[] | null {
  if (finding === null) return findings;
  if (findings === null) return [finding];
  if (findings.length < MOST_FINDINGS) findings.push(finding);
  return findings;
}
