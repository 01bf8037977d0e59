import type { Finding } from '../decision.ts';
import { collectFinding } from './collect-finding.ts';
import type { ContainerView, PodSubject } from '../pod/pod-subject.ts';

/** Shared, so that a clean pod allocates nothing. */
export const NO_FINDINGS: readonly Finding[] = Object.freeze([]);

/** Asks `judge` of every container in all three lists; null means that the container is as it should be. */
export function findInContainers(
  subject: PodSubject,
  judge: (view: ContainerView) => Finding | null,
): readonly Finding[] {
  let findings: Finding[] | null = null;
  for (const view of subject.containers) {
    findings = collectFinding(findings, judge(view));
  }
  return findings ?? NO_FINDINGS;
}
