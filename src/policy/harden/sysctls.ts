import { SAFE_SYSCTLS } from '../admission/checks/sysctls.ts';
import { changeSpec } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Keeps the sysctls that reach no further than the pod. */
export const sysctls: Fix = {
  check: 'sysctls',
  apply: (pod) =>
    changeSpec(pod, (spec) => ({
      ...spec,
      securityContext: {
        ...spec.securityContext,
        sysctls: (spec.securityContext?.sysctls ?? []).filter(({ name }) =>
          SAFE_SYSCTLS.includes(name ?? ''),
        ),
      },
    })),
};
