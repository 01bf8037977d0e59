import { changeSpec } from './change-pod.ts';
import type { Fix } from './fix.ts';

/** Leaves the pod without a name server. */
export const dns: Fix = {
  check: 'dns',
  apply: (pod) =>
    changeSpec(pod, (spec) => ({ ...spec, dnsPolicy: 'None', dnsConfig: { nameservers: ['127.0.0.1'] } })),
};
