import { changeSpec, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Keeps the processes of the containers apart. */
export const processSharing: Fix = {
  check: 'process-sharing',
  apply: (pod) => changeSpec(pod, (spec) => without(spec, 'shareProcessNamespace')),
};
