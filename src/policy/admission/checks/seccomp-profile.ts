import { show } from '../../../lib/show.ts';
import { changeContainerSecurityContexts, setPodSecurityContext, without } from '../../pod/change-pod.ts';
import { localhostProfile } from '../../pod/localhost-profile.ts';
import type { PodSecurityContext } from '../../pod/pod.ts';
import { type ContainerView, EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import type { RolePolicy } from '../../roles/role-policy.ts';
import type { Check } from '../check.ts';
import { inSecurityContext } from '../security-contexts.ts';

type SeccompProfile = NonNullable<PodSecurityContext['seccompProfile']>;

const TYPES = "['RuntimeDefault', 'Localhost']";
const POD_TYPE = 'object.spec.?securityContext.?seccompProfile.?type';

/**
 * Every container must run under a seccomp profile, and under that of its role.
 *
 * Fields: `spec.securityContext.seccompProfile`, and the same of every container.
 * Allowed: `RuntimeDefault` and `Localhost`; absent in a container where the pod sets it. With a role: only the role's
 * profile, `RuntimeDefault` or the file that `localhostProfile` returns. Unlike Pod Security, pods for Windows are not
 * exempt.
 */
export const seccompProfile: Check = {
  name: 'seccomp-profile',
  summary: 'Every container runs under the seccomp profile of the role.',
  rationale:
    'Without a profile a process can make every system call of the kernel, and most container escapes begin with a rare one.',
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
  evaluate: ({ spec, containers }, { role }, report) => {
    const refuse = (view: ContainerView | null, profile: SeccompProfile | null): void =>
      report({ ...inSecurityContext(view, 'seccompProfile'), found: show(profile), ...describeRule(role) });
    const pod = spec.securityContext?.seccompProfile ?? null;
    const isInherited = containers.some(({ container }) => !container.securityContext?.seccompProfile);
    // What the containers inherit is reported once, for the pod.
    if (pod === null ? isInherited : !isAllowed(pod, isInherited ? role : null)) refuse(null, pod);
    for (const view of containers) {
      const own = view.container.securityContext?.seccompProfile ?? null;
      if (own !== null && !isAllowed(own, role)) refuse(view, own);
    }
  },
  fix: (pod, { role }) => {
    if (role.seccompProfile === '') return pod;
    const changed = changeContainerSecurityContexts(pod, (context) => without(context, 'seccompProfile'));
    return setPodSecurityContext(changed, { seccompProfile: profileOf(role) });
  },
};

function profileOf({ seccompProfile: name }: RolePolicy): SeccompProfile {
  return name === 'RuntimeDefault'
    ? { type: name }
    : { type: 'Localhost', localhostProfile: localhostProfile(name) };
}

function isAllowed({ type, localhostProfile: file }: SeccompProfile, role: RolePolicy | null): boolean {
  if (role === null) return type === 'RuntimeDefault' || type === 'Localhost';
  const required = profileOf(role);
  if (type !== required.type) return false;
  return type === 'RuntimeDefault' || file === required.localhostProfile;
}

function describeRule(role: RolePolicy | null): { readonly required: string; readonly fix: string } {
  const profile = show(role === null ? { type: 'RuntimeDefault' } : profileOf(role));
  return {
    required:
      role === null
        ? 'must have type "RuntimeDefault" or "Localhost"'
        : `must be ${profile}, the profile of role "${role.name}"`,
    fix: `Set spec.securityContext.seccompProfile to ${profile}, and remove it from the containers.`,
  };
}
