import type { Container, Handler } from '../pod/pod.ts';
import { changeContainers, changeSpec, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

const LONGEST = 30;

/** Bounds how long the pod may take to end, and runs no command of its own meanwhile. */
export const termination: Fix = {
  check: 'termination',
  apply: (pod) =>
    changeSpec(changeContainers(pod, endInTime), (spec) =>
      (spec.terminationGracePeriodSeconds ?? LONGEST) <= LONGEST
        ? spec
        : { ...spec, terminationGracePeriodSeconds: LONGEST },
    ),
};

function endInTime(container: Container): Container {
  const { lifecycle } = container;
  const preStop: Handler | undefined = lifecycle?.preStop;
  if (!lifecycle || !preStop) return container;
  const left = without(preStop, 'exec');
  const changed =
    Object.keys(left).length === 0 ? without(lifecycle, 'preStop') : { ...lifecycle, preStop: bounded(left) };
  return Object.keys(changed).length === 0
    ? without(container, 'lifecycle')
    : { ...container, lifecycle: changed };
}

function bounded(handler: Handler): Handler {
  return (handler.sleep?.seconds ?? 0) <= LONGEST ? handler : { ...handler, sleep: { seconds: LONGEST } };
}
