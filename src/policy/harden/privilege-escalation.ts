import { changeContainers, setSecurityContext } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/**
 * Lets no process gain rights. Not where a container is privileged, which is left to decide: the API server refuses
 * both together.
 */
export const privilegeEscalation: Fix = {
  check: 'privilege-escalation',
  apply: (pod) =>
    changeContainers(pod, (container) =>
      container.securityContext?.privileged === true
        ? container
        : setSecurityContext(container, { allowPrivilegeEscalation: false }),
    ),
};
