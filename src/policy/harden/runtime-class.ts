import { changeSpec, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Names the role's runtime class, or none. */
export const runtimeClass: Fix = {
  check: 'runtime-class',
  apply: (pod, { role: { runtimeClassName } }) =>
    changeSpec(pod, (spec) =>
      runtimeClassName === null ? without(spec, 'runtimeClassName') : { ...spec, runtimeClassName },
    ),
};
