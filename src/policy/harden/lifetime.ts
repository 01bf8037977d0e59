import { changeSpec } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Bounds the pod's life by the role's. */
export const lifetime: Fix = {
  check: 'lifetime',
  apply: (pod, { role: { maxLifetimeSeconds } }) =>
    maxLifetimeSeconds > 0
      ? changeSpec(pod, (spec) => ({ ...spec, activeDeadlineSeconds: maxLifetimeSeconds }))
      : pod,
};
