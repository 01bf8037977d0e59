import { changeSpec, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Takes the priority that the cluster gives by default. */
export const priorityClass: Fix = {
  check: 'priority-class',
  apply: (pod) => changeSpec(pod, (spec) => without(spec, 'priorityClassName', 'priority')),
};
