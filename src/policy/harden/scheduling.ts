import type { PodSpec, Toleration } from '../pod/pod.ts';
import { changeSpec, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** Leaves the choice of the node to the scheduler of the cluster. */
export const scheduling: Fix = {
  check: 'scheduling',
  apply: (pod) =>
    changeSpec(pod, (spec) => {
      const free: PodSpec = without(spec, 'nodeName', 'schedulerName');
      return spec.tolerations ? { ...free, tolerations: spec.tolerations.filter(isAllowed) } : free;
    }),
};

function isAllowed({ key }: Toleration): boolean {
  return !!key && !CONTROL_PLANE.includes(key);
}
