import { show } from '../../../lib/show.ts';
import { changeContainers, changeSpec, without } from '../../pod/change-pod.ts';
import type { Container, Handler } from '../../pod/pod.ts';
import { EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import type { Check } from '../check.ts';

const MAX_SECONDS = 30;
const MAX_RULE = { required: `must be at most ${MAX_SECONDS}`, fix: `Set it to ${MAX_SECONDS} or less.` };

/**
 * The pod must end within 30 seconds of its deletion.
 *
 * Fields: `spec.terminationGracePeriodSeconds`, and of every container `lifecycle.preStop`.
 * Allowed: at most 30, or absent (Kubernetes defaults it to 30); no `preStop.exec`, no `preStop.sleep` above 30.
 */
export const termination: Check = {
  name: 'termination',
  summary: 'The pod ends within 30 seconds, and its containers run no preStop command.',
  rationale:
    'During the grace period an agent that is being stopped goes on running, and a preStop command decides what it does with that time.',
  fields: ['spec.terminationGracePeriodSeconds', 'spec.containers[*].lifecycle.preStop'],
  positions: ['Pod', ...EVERY_CONTAINER],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    { expression: 'object.spec.?terminationGracePeriodSeconds.orValue(30) <= 30' },
    {
      each: EVERY_CONTAINER,
      expression:
        '!has(c.lifecycle) || !has(c.lifecycle.preStop) || (!has(c.lifecycle.preStop.exec) && c.lifecycle.preStop.?sleep.?seconds.orValue(0) <= 30)',
    },
  ],
  evaluate: ({ spec, containers }, _context, report) => {
    const grace = spec.terminationGracePeriodSeconds;
    if (!isInTime(grace)) {
      report({ field: 'spec.terminationGracePeriodSeconds', found: show(grace), ...MAX_RULE });
    }
    for (const view of containers) {
      const preStop = view.container.lifecycle?.preStop;
      if (preStop?.exec) {
        report({
          ...inContainer(view, 'lifecycle.preStop.exec'),
          // Not the command itself, which may have a secret in it.
          found: 'set',
          required: 'must not be set',
          fix: 'Remove it, and let the process end on its stop signal.',
        });
      }
      const seconds = preStop?.sleep?.seconds;
      if (!isInTime(seconds)) {
        report({
          ...inContainer(view, 'lifecycle.preStop.sleep.seconds'),
          found: show(seconds),
          ...MAX_RULE,
        });
      }
    }
  },
  fix: (pod) =>
    changeSpec(changeContainers(pod, endInTime), (spec) =>
      isInTime(spec.terminationGracePeriodSeconds)
        ? spec
        : { ...spec, terminationGracePeriodSeconds: MAX_SECONDS },
    ),
};

function isInTime(seconds: number | undefined): boolean {
  return (seconds ?? 0) <= MAX_SECONDS;
}

function endInTime(container: Container): Container {
  const { lifecycle } = container;
  const preStop: Handler | undefined = lifecycle?.preStop;
  if (!lifecycle || !preStop) return container;
  const left = without(preStop, 'exec');
  const changed =
    Object.keys(left).length === 0
      ? without(lifecycle, 'preStop')
      : { ...lifecycle, preStop: sleepInTime(left) };
  return Object.keys(changed).length === 0
    ? without(container, 'lifecycle')
    : { ...container, lifecycle: changed };
}

function sleepInTime(handler: Handler): Handler {
  return isInTime(handler.sleep?.seconds) ? handler : { ...handler, sleep: { seconds: MAX_SECONDS } };
}
