import { changeSpec, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Writes the name where it is read; which ServiceAccount it is has to be decided. */
export const serviceAccount: Fix = {
  check: 'service-account',
  apply: (pod) =>
    changeSpec(pod, (spec) => (spec.serviceAccountName ? without(spec, 'serviceAccount') : spec)),
};
