import { show } from '../../../lib/show.ts';
import { changeContainerSecurityContexts, setPodSecurityContext, without } from '../../pod/change-pod.ts';
import { type ContainerView, EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import type { RolePolicy } from '../../roles/role-policy.ts';
import type { Check, Report } from '../check.ts';
import { inSecurityContext, securityContextRules } from '../security-contexts.ts';

/**
 * No container may run as root, and each must run as the role's user.
 *
 * Fields: `spec.securityContext.runAsUser`, and the same of every container. Allowed: not 0; with a role that sets a
 * user, exactly that user in every container, set there or in the pod.
 * Pod Security allows 0 with `hostUsers: false` (KEP-127); here a user namespace is a second barrier, not a replacement.
 */
export const runAsUser: Check = {
  name: 'run-as-user',
  summary: 'No container runs as user 0, and each runs as the user of the role.',
  rationale:
    'User 0 owns every file of the image and of many volumes, and user namespaces have had vulnerabilities; file permissions can be set for a role that has one user.',
  fields: ['spec.securityContext.runAsUser', 'spec.containers[*].securityContext.runAsUser'],
  positions: ['Pod', ...EVERY_CONTAINER],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Stricter', check: 'runAsUser' },
  cel: securityContextRules((securityContext) => `${securityContext}.?runAsUser.orValue(1) != 0`),
  evaluate: ({ spec, containers }, { role }, report) => {
    const ofPod = userOf(spec);
    const isInherited = ofPod !== null && containers.some(({ container }) => userOf(container) === null);
    // Reported once, for the pod, however many containers inherit it.
    if (ofPod === 0 || (isInherited && !isAllowed(ofPod, role))) reportUser(null, ofPod, role, report);
    for (const view of containers) {
      const user = userOf(view.container);
      if (user === null && ofPod !== null) continue;
      if (!isAllowed(user, role)) reportUser(view, user, role, report);
    }
  },
  fix: (pod, { role: { runAsUser: user } }) => {
    // No pod can run under a role whose user is root; there is nothing to set.
    if (!user) return pod;
    const changed = changeContainerSecurityContexts(pod, (context) =>
      context.runAsUser === user ? context : without(context, 'runAsUser'),
    );
    return setPodSecurityContext(changed, { runAsUser: user });
  },
};

function userOf({ securityContext }: { securityContext?: { runAsUser?: number } }): number | null {
  return securityContext?.runAsUser ?? null;
}

function isAllowed(user: number | null, role: RolePolicy | null): boolean {
  const expected = role?.runAsUser ?? null;
  return user !== 0 && (expected === null || user === expected);
}

/** Reports the user of a container, or of the pod where `view` is null. */
function reportUser(
  view: ContainerView | null,
  user: number | null,
  role: RolePolicy | null,
  report: Report,
): void {
  const place = { ...inSecurityContext(view, 'runAsUser'), found: show(user) };
  const expected = role?.runAsUser ?? null;
  if (role === null || expected === null) {
    const fix = 'Set it to a user above 0 that the image can run as, or remove it.';
    report({ ...place, required: 'must not be 0', fix });
  } else {
    const required = `must be ${expected}, the user of role "${role.name}"`;
    const fix = `Set spec.securityContext.runAsUser to ${expected}, and remove it from the containers.`;
    report({ ...place, required, fix });
  }
}
