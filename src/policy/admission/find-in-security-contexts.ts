import type { CelRule, Finding } from './check.ts';
import { collectFinding } from './collect-finding.ts';
import { NO_FINDINGS } from './find-in-containers.ts';
import type { ContainerSecurityContext, PodSecurityContext } from '../pod/pod.ts';
import { type ContainerView, containerField, EVERY_CONTAINER, type PodSubject } from '../pod/pod-subject.ts';

/**
 * Asks `judge` of the pod's own security context, where `view` is null, and of that of every container in all three
 * lists. A context that is absent sets nothing and is not asked.
 */
export function findInSecurityContexts(
  subject: PodSubject,
  judge: (
    securityContext: ContainerSecurityContext | PodSecurityContext,
    view: ContainerView | null,
  ) => Finding | null,
): readonly Finding[] {
  const own = subject.spec.securityContext;
  let findings = own ? collectFinding(null, judge(own, null)) : null;
  for (const view of subject.containers) {
    const { securityContext } = view.container;
    if (securityContext) findings = collectFinding(findings, judge(securityContext, view));
  }
  return findings ?? NO_FINDINGS;
}

/** The path of a field of the security context that `findInSecurityContexts` asks about. */
export function securityContextField(view: ContainerView | null, field: string): string {
  return view === null ? `spec.securityContext.${field}` : containerField(view, `securityContext.${field}`);
}

/** The same in CEL: `rule` is given the text that stands for the security context, to be followed by `.?field`. */
export function securityContextRules(rule: (securityContext: string) => string): readonly CelRule[] {
  return [
    { expression: rule('object.spec.?securityContext') },
    { each: EVERY_CONTAINER, expression: rule('c.?securityContext') },
  ];
}
