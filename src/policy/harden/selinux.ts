import { changeSecurityContexts, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Keeps the level, which separates containers from one another, and lets the runtime choose the rest. */
export const selinux: Fix = {
  check: 'selinux',
  apply: (pod) =>
    changeSecurityContexts(pod, (context) =>
      context.seLinuxOptions
        ? { ...context, seLinuxOptions: without(context.seLinuxOptions, 'type', 'user', 'role') }
        : context,
    ),
};
