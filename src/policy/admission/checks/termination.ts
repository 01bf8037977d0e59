import { show } from '../../../lib/show.ts';
import { changeContainers, changeSpec, without } from '../../pod/change-pod.ts';
import type { Container, Handler } from '../../pod/pod.ts';
import { type ContainerView, EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import type { Check, Report } from '../check.ts';

const MAX_SECONDS = 30;
const MAX_RULE = { required: `must be at most ${MAX_SECONDS}`, fix: `Set it to ${MAX_SECONDS} or less.` };

/** The probes whose failure ends the container, after a grace period of their own (KEP-2238). */
const PROBES = ['livenessProbe', 'startupProbe'] as const;

const graceInTime = (probe: string): string => `c.?${probe}.?terminationGracePeriodSeconds.orValue(0) <= 30`;

/**
 * The pod must end within 30 seconds of its deletion, and a container within 30 seconds of a failed probe.
 *
 * Fields: `spec.terminationGracePeriodSeconds`, and of every container `lifecycle.preStop`, and the
 * `terminationGracePeriodSeconds` of `livenessProbe` and `startupProbe` (the API server rejects one in `readinessProbe`).
 * Allowed: at most 30, or absent (Kubernetes defaults it to 30); no `preStop.exec`, no `preStop.sleep` above 30.
 */
export const termination: Check = {
  name: 'termination',
  summary: 'The pod and its containers end within 30 seconds, and the containers run no preStop command.',
  rationale:
    'During the grace period an agent that is being stopped goes on running, and a preStop command decides what it does with that time.',
  fields: [
    'spec.terminationGracePeriodSeconds',
    'spec.containers[*].lifecycle.preStop',
    ...PROBES.map((probe) => `spec.containers[*].${probe}.terminationGracePeriodSeconds`),
  ],
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
    { each: EVERY_CONTAINER, expression: PROBES.map(graceInTime).join(' && ') },
  ],
  evaluate: ({ spec, containers }, _context, report) => {
    const grace = spec.terminationGracePeriodSeconds;
    if (!isInTime(grace)) {
      report({ field: 'spec.terminationGracePeriodSeconds', found: show(grace), ...MAX_RULE });
    }
    for (const view of containers) {
      evaluatePreStop(view, report);
      for (const probe of PROBES) {
        const field = `${probe}.terminationGracePeriodSeconds`;
        evaluateSeconds(view, field, view.container[probe]?.terminationGracePeriodSeconds, report);
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

function evaluatePreStop(view: ContainerView, report: Report): void {
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
  evaluateSeconds(view, 'lifecycle.preStop.sleep.seconds', preStop?.sleep?.seconds, report);
}

function evaluateSeconds(
  view: ContainerView,
  field: string,
  seconds: number | undefined,
  report: Report,
): void {
  if (!isInTime(seconds)) report({ ...inContainer(view, field), found: show(seconds), ...MAX_RULE });
}

function isInTime(seconds: number | undefined): boolean {
  return (seconds ?? 0) <= MAX_SECONDS;
}

function endInTime(container: Container): Container {
  return PROBES.reduce(failInTime, stopInTime(container));
}

function failInTime(container: Container, name: (typeof PROBES)[number]): Container {
  const probe = container[name];
  return isInTime(probe?.terminationGracePeriodSeconds)
    ? container
    : { ...container, [name]: { ...probe, terminationGracePeriodSeconds: MAX_SECONDS } };
}

function stopInTime(container: Container): Container {
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
