import { localhostProfile } from '../pod/localhost-profile.ts';
import { changeContainerSecurityContexts, setPodSecurityContext, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Names the role's profile once, for the whole pod. */
export const seccompProfile: Fix = {
  check: 'seccomp-profile',
  apply: (pod, { role }) => {
    const name = role.seccompProfile;
    if (name === '') return pod;
    const profile =
      name === 'RuntimeDefault'
        ? { type: name }
        : { type: 'Localhost', localhostProfile: localhostProfile(name) };
    const changed = changeContainerSecurityContexts(pod, (context) => without(context, 'seccompProfile'));
    return setPodSecurityContext(changed, { seccompProfile: profile });
  },
};
