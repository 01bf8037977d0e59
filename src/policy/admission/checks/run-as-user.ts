import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { securityContextField, securityContextRules } from '../find-in-security-contexts.ts';
import { type ContainerView, EVERY_CONTAINER } from '../../pod/pod-subject.ts';

/**
 * No container may run as root, and each runs as the role's user.
 *
 * Fields: `spec.securityContext.runAsUser`, and the same of every container. Allowed: not 0; with a role that names a
 * user, that one in every container, stated there or in the pod.
 * Pod Security allows 0 under `hostUsers: false` (KEP-127); here a user namespace is a second wall, not a replacement.
 */
export const runAsUser: Check = {
  name: 'run-as-user',
  summary: 'No container runs as user 0, and each runs as the user of the role.',
  rationale:
    'User 0 owns every file of the image and of many volumes, and user namespaces have had holes; one user for the role is what file permissions can be set for.',
  fields: ['spec.securityContext.runAsUser', 'spec.containers[*].securityContext.runAsUser'],
  positions: ['Pod', ...EVERY_CONTAINER],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Stricter', check: 'runAsUser' },
  cel: securityContextRules((securityContext) => `${securityContext}.?runAsUser.orValue(1) != 0`),
  evaluate: (subject, { role }) => {
    const wanted = role?.runAsUser ?? null;
    const pod = subject.spec.securityContext?.runAsUser ?? null;
    let isPodWrong = pod === 0;
    let findings: Finding[] | null = null;
    for (const view of subject.containers) {
      const own = view.container.securityContext?.runAsUser ?? null;
      if (own === null && pod !== null) {
        // Told once, of the pod, however many containers take it from there.
        isPodWrong ||= isWrong(pod, wanted);
      } else if (isWrong(own, wanted)) {
        findings = collectFinding(findings, finding(view, own, wanted));
      }
    }
    if (isPodWrong) (findings ??= []).unshift(finding(null, pod, wanted));
    return findings ?? NO_FINDINGS;
  },
};

function isWrong(user: number | null, wanted: number | null): boolean {
  return user === 0 || (wanted !== null && user !== wanted);
}

function finding(view: ContainerView | null, user: number | null, wanted: number | null): Finding {
  return {
    container: view === null ? null : (view.container.name ?? ''),
    field: securityContextField(view, 'runAsUser'),
    found: user === null ? 'nothing' : `${user}`,
    required: wanted === null ? 'a user other than 0' : `${wanted}, the user of the role`,
    fix:
      wanted === null
        ? 'Set it to a user above 0 that the image can run as, or remove it.'
        : `Set spec.securityContext.runAsUser to ${wanted}, and leave it out of the containers.`,
  };
}
