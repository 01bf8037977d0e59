import { changeSpec } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Gives the pod users of its own. */
export const userNamespace: Fix = {
  check: 'user-namespace',
  apply: (pod) => changeSpec(pod, (spec) => ({ ...spec, hostUsers: false })),
};
