import { show } from '../../../lib/show.ts';
import { changeSecurityContexts, without } from '../../pod/change-pod.ts';
import { EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import type { Check } from '../check.ts';
import { inSecurityContext, securityContextRules, securityContextsOf } from '../security-contexts.ts';

const TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const TYPE_NAMES = TYPES.filter(Boolean)
  .map((type) => `"${type}"`)
  .join(', ');

/**
 * SELinux labels must be those of containers.
 *
 * Fields: `spec.securityContext.seLinuxOptions`, and the same of every container.
 * Allowed: a type that is empty, absent or one of container-selinux for containers; user and role empty or absent; any level.
 */
export const selinux: Check = {
  name: 'selinux',
  summary: 'SELinux types are those for containers, and neither user nor role is set.',
  rationale:
    'Another type, for example spc_t, takes the container out of confinement, so that it can reach files and processes of the node.',
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
  evaluate: (subject, _context, report) => {
    for (const { securityContext, view } of securityContextsOf(subject)) {
      const { seLinuxOptions } = securityContext;
      if (!seLinuxOptions) continue;
      const { type, user, role } = seLinuxOptions;
      if (TYPES.includes(type ?? '') && !user && !role) continue;
      report({
        ...inSecurityContext(view, 'seLinuxOptions'),
        found: show(seLinuxOptions),
        required: `must have no user and no role, and no type but ${TYPE_NAMES}`,
        fix: 'Remove user and role, and remove the type or set it to "container_t".',
      });
    }
  },
  // The level separates containers from one another, so it is kept.
  fix: (pod) =>
    changeSecurityContexts(pod, (context) =>
      context.seLinuxOptions
        ? { ...context, seLinuxOptions: without(context.seLinuxOptions, 'type', 'user', 'role') }
        : context,
    ),
};
