import { changeContainerSecurityContexts, setPodSecurityContext, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Requires it once, of the whole pod. */
export const runAsNonRoot: Fix = {
  check: 'run-as-non-root',
  apply: (pod) =>
    setPodSecurityContext(
      changeContainerSecurityContexts(pod, (context) =>
        context.runAsNonRoot === true ? context : without(context, 'runAsNonRoot'),
      ),
      { runAsNonRoot: true },
    ),
};
