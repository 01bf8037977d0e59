import { changeSpec, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Leaves the namespaces of the node. */
export const hostNamespaces: Fix = {
  check: 'host-namespaces',
  apply: (pod) => changeSpec(pod, (spec) => without(spec, 'hostNetwork', 'hostPID', 'hostIPC')),
};
