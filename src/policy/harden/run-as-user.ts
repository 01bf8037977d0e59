import { changeContainerSecurityContexts, setPodSecurityContext, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Names the role's user once, for the whole pod. */
export const runAsUser: Fix = {
  check: 'run-as-user',
  apply: (pod, { role }) => {
    const user = role.runAsUser;
    // A role that names no usable user lets nothing run; there is nothing to set.
    if (!user) return pod;
    const changed = changeContainerSecurityContexts(pod, (context) =>
      context.runAsUser === user ? context : without(context, 'runAsUser'),
    );
    return setPodSecurityContext(changed, { runAsUser: user });
  },
};
