import { changeSecurityContexts, changeSpec, without } from './change-pod.ts';
import type { Fix } from './fix.ts';

/** Requires it once, of the whole pod. */
export const runAsNonRoot: Fix = {
  check: 'run-as-non-root',
  apply: (pod) =>
    changeSpec(
      changeSecurityContexts(pod, (context) =>
        context.runAsNonRoot === true ? context : without(context, 'runAsNonRoot'),
      ),
      (spec) => ({ ...spec, securityContext: { ...spec.securityContext, runAsNonRoot: true } }),
    ),
};
