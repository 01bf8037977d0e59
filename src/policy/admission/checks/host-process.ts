import { show } from '../../../lib/show.ts';
import { changeSecurityContexts, without } from '../../pod/change-pod.ts';
import { EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import type { Check } from '../check.ts';
import { inSecurityContext, securityContextRules, securityContextsOf } from '../security-contexts.ts';

/**
 * Neither the pod nor a container may run as a process of a Windows node.
 *
 * Fields: `spec.securityContext.windowsOptions.hostProcess`, and the same of every container. Allowed: false, absent.
 */
export const hostProcess: Check = {
  name: 'host-process',
  summary: 'No container runs as a process of a Windows node.',
  rationale:
    'A HostProcess container (KEP-1981) is not isolated: it runs directly on the node, with its network and its files.',
  fields: [
    'spec.securityContext.windowsOptions.hostProcess',
    'spec.containers[*].securityContext.windowsOptions.hostProcess',
  ],
  positions: ['Pod', ...EVERY_CONTAINER],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'windowsHostProcess' },
  cel: securityContextRules(
    (securityContext) => `!${securityContext}.?windowsOptions.?hostProcess.orValue(false)`,
  ),
  evaluate: (subject, _context, report) => {
    for (const { securityContext, view } of securityContextsOf(subject)) {
      const { hostProcess: onNode } = securityContext.windowsOptions ?? {};
      if (onNode !== true) continue;
      report({
        ...inSecurityContext(view, 'windowsOptions.hostProcess'),
        found: show(onNode),
        required: 'must be false or not set',
        fix: 'Remove it; agents run on Linux nodes.',
      });
    }
  },
  fix: (pod) =>
    changeSecurityContexts(pod, (context) =>
      context.windowsOptions
        ? { ...context, windowsOptions: without(context.windowsOptions, 'hostProcess') }
        : context,
    ),
};
