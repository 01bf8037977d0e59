import { changeContainers, setSecurityContext } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Drops every capability and adds none. */
export const capabilities: Fix = {
  check: 'capabilities',
  apply: (pod) =>
    changeContainers(pod, (container) => setSecurityContext(container, { capabilities: { drop: ['ALL'] } })),
};
