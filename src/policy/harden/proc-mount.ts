import { changeContainers, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Puts the masks over /proc back. */
export const procMount: Fix = {
  check: 'proc-mount',
  apply: (pod) =>
    changeContainers(pod, (container) =>
      container.securityContext
        ? { ...container, securityContext: without(container.securityContext, 'procMount') }
        : container,
    ),
};
