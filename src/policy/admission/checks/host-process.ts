import type { Check, Finding } from '../check.ts';
import {
  findInSecurityContexts,
  securityContextField,
  securityContextRules,
} from '../find-in-security-contexts.ts';
import type { ContainerSecurityContext, PodSecurityContext } from '../../pod/pod.ts';
import { type ContainerView, EVERY_CONTAINER } from '../../pod/pod-subject.ts';

/**
 * Neither the pod nor a container may run as a process of a Windows node.
 *
 * Fields: `spec.securityContext.windowsOptions.hostProcess`, and the same of every container. Allowed: false, absent.
 */
export const hostProcess: Check = {
  name: 'host-process',
  summary: 'Nothing runs as a process of a Windows node.',
  rationale:
    'A HostProcess container (KEP-1981) is no container: it runs on the node itself, with its network and its files.',
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
  evaluate: (subject) => findInSecurityContexts(subject, judge),
};

function judge(
  { windowsOptions }: ContainerSecurityContext | PodSecurityContext,
  view: ContainerView | null,
): Finding | null {
  if (windowsOptions?.hostProcess !== true) return null;
  return {
    container: view === null ? null : (view.container.name ?? ''),
    field: securityContextField(view, 'windowsOptions.hostProcess'),
    found: 'true',
    required: 'false or absent',
    fix: 'Remove it; agents run on Linux nodes.',
  };
}
