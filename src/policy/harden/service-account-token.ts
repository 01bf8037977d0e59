import { changeSpec } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Mounts no token by itself; what a projected token of another audience is for has to be decided. */
export const serviceAccountToken: Fix = {
  check: 'service-account-token',
  apply: (pod) => changeSpec(pod, (spec) => ({ ...spec, automountServiceAccountToken: false })),
};
