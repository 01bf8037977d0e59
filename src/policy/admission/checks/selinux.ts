import type { Check, Finding } from '../check.ts';
import {
  findInSecurityContexts,
  securityContextField,
  securityContextRules,
} from '../find-in-security-contexts.ts';
import type { ContainerSecurityContext, PodSecurityContext } from '../../pod/pod.ts';
import { type ContainerView, EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import { show } from '../../../lib/show.ts';

const TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

/**
 * SELinux labels may only be those of containers.
 *
 * Fields: `spec.securityContext.seLinuxOptions`, and the same of every container.
 * Allowed: type empty, absent or one of container-selinux' own for containers; user and role empty or absent; any level.
 */
export const selinux: Check = {
  name: 'selinux',
  summary: 'SELinux types are those made for containers, and neither user nor role is set.',
  rationale:
    'Another type, for example spc_t, takes the container out of confinement: it may then touch files and processes of the node.',
  fields: ['spec.securityContext.seLinuxOptions', 'spec.containers[*].securityContext.seLinuxOptions'],
  positions: ['Pod', ...EVERY_CONTAINER],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'seLinuxOptions' },
  cel: [
    ...securityContextRules((securityContext) => {
      const options = `${securityContext}.?seLinuxOptions`;
      return `!${options}.hasValue() || (${options}.?type.orValue('') in ${JSON.stringify(TYPES)} && ${options}.?user.orValue('') == '' && ${options}.?role.orValue('') == '')`;
    }),
  ],
  evaluate: (subject) => findInSecurityContexts(subject, judge),
};

function judge(
  { seLinuxOptions }: ContainerSecurityContext | PodSecurityContext,
  view: ContainerView | null,
): Finding | null {
  if (!seLinuxOptions) return null;
  const { type, user, role } = seLinuxOptions;
  if (TYPES.includes(type ?? '') && !user && !role) return null;
  return {
    container: view === null ? null : (view.container.name ?? ''),
    field: securityContextField(view, 'seLinuxOptions'),
    found: show(seLinuxOptions),
    required: `neither user nor role, and no type or one of ${TYPES.filter(Boolean).join(', ')}`,
    fix: 'Remove user and role, and remove the type or set it to container_t.',
  };
}
