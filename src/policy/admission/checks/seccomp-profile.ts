import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { securityContextField } from '../find-in-security-contexts.ts';
import { localhostProfile } from '../../pod/localhost-profile.ts';
import type { PodSecurityContext } from '../../pod/pod.ts';
import { type ContainerView, EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import type { RolePolicy } from '../../roles/role-policy.ts';
import { show } from '../../../lib/show.ts';

type SeccompProfile = NonNullable<PodSecurityContext['seccompProfile']>;

const TYPES = "['RuntimeDefault', 'Localhost']";
const POD_TYPE = 'object.spec.?securityContext.?seccompProfile.?type';

/**
 * Every container must run under a seccomp profile, and under the role's.
 *
 * Fields: `spec.securityContext.seccompProfile`, and the same of every container.
 * Allowed: `RuntimeDefault` and `Localhost`; absent in a container where the pod states it. With a role: what the role
 * names, `RuntimeDefault` or the file that `localhostProfile` tells. Pod Security asks nothing of a pod that says it is
 * for Windows.
 */
export const seccompProfile: Check = {
  name: 'seccomp-profile',
  summary: 'Every container runs under the seccomp profile of the role.',
  rationale:
    'Without a profile a process may make every system call of the kernel, and most ways out of a container begin with a rare one.',
  fields: ['spec.securityContext.seccompProfile', 'spec.containers[*].securityContext.seccompProfile'],
  positions: ['Pod', ...EVERY_CONTAINER],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Stricter', check: 'seccompProfile_restricted' },
  cel: [
    { expression: `${POD_TYPE}.orValue('RuntimeDefault') in ${TYPES}` },
    {
      each: EVERY_CONTAINER,
      expression: `c.?securityContext.?seccompProfile.?type.orValue(${POD_TYPE}.orValue('')) in ${TYPES}`,
    },
  ],
  evaluate: (subject, { role }) => {
    const pod = subject.spec.securityContext?.seccompProfile ?? null;
    let isPodWrong = pod !== null && !isAllowed(pod, null);
    let findings: Finding[] | null = null;
    for (const view of subject.containers) {
      const own = view.container.securityContext?.seccompProfile ?? null;
      if (own === null && pod !== null) {
        // Told once, of the pod, however many containers take it from there.
        isPodWrong ||= !isAllowed(pod, role);
      } else if (own === null || !isAllowed(own, role)) {
        findings = collectFinding(findings, finding(view, own, role));
      }
    }
    if (isPodWrong) (findings ??= []).unshift(finding(null, pod, role));
    return findings ?? NO_FINDINGS;
  },
};

function isAllowed(profile: SeccompProfile, role: RolePolicy | null): boolean {
  if (role === null) return profile.type === 'RuntimeDefault' || profile.type === 'Localhost';
  if (role.seccompProfile === 'RuntimeDefault') return profile.type === 'RuntimeDefault';
  return profile.type === 'Localhost' && profile.localhostProfile === localhostProfile(role.seccompProfile);
}

function finding(
  view: ContainerView | null,
  profile: SeccompProfile | null,
  role: RolePolicy | null,
): Finding {
  const required = requiredOf(role);
  return {
    container: view === null ? null : (view.container.name ?? ''),
    field: securityContextField(view, 'seccompProfile'),
    found: show(profile),
    required,
    fix: `Set spec.securityContext.seccompProfile to ${role === null ? '{"type":"RuntimeDefault"}' : required}, and leave it out of the containers.`,
  };
}

function requiredOf(role: RolePolicy | null): string {
  if (role === null) return 'of type RuntimeDefault or Localhost';
  if (role.seccompProfile === 'RuntimeDefault') return '{"type":"RuntimeDefault"}';
  return JSON.stringify({ type: 'Localhost', localhostProfile: localhostProfile(role.seccompProfile) });
}
