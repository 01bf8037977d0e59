import { changeSecurityContexts, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Runs nothing as a process of a Windows node. */
export const hostProcess: Fix = {
  check: 'host-process',
  apply: (pod) =>
    changeSecurityContexts(pod, (context) =>
      context.windowsOptions
        ? { ...context, windowsOptions: without(context.windowsOptions, 'hostProcess') }
        : context,
    ),
};
