import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { type ContainerView, containerField, type PodSubject } from '../../pod/pod-subject.ts';

const LONGEST = 30;
const ALL = ['Container', 'InitContainer', 'EphemeralContainer'] as const;

/**
 * The pod must end within 30 seconds of being told to.
 *
 * Fields: `spec.terminationGracePeriodSeconds`, and of every container `lifecycle.preStop`.
 * Allowed: at most 30, or absent (30 is what Kubernetes fills in); no `preStop.exec`, no `preStop.sleep` above 30.
 */
export const termination: Check = {
  name: 'termination',
  summary: 'The pod ends within 30 seconds and runs no command of its own on the way out.',
  rationale:
    'The grace period is how long a contained agent goes on running, and a preStop command is what it does with that time.',
  fields: ['spec.terminationGracePeriodSeconds', 'spec.containers[*].lifecycle.preStop'],
  positions: ['Pod', ...ALL],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    { expression: 'object.spec.?terminationGracePeriodSeconds.orValue(30) <= 30' },
    {
      each: ALL,
      expression:
        '!has(c.lifecycle) || !has(c.lifecycle.preStop) || (!has(c.lifecycle.preStop.exec) && c.lifecycle.preStop.?sleep.?seconds.orValue(0) <= 30)',
    },
  ],
  evaluate: (subject: PodSubject) => {
    let findings = collectFinding(null, judgeGrace(subject.spec.terminationGracePeriodSeconds));
    for (const view of subject.containers) {
      const preStop = view.container.lifecycle?.preStop;
      if (preStop === undefined || preStop === null) continue;
      if (preStop.exec) findings = collectFinding(findings, execFinding(view));
      findings = collectFinding(findings, judgeSleep(view, preStop.sleep?.seconds));
    }
    return findings ?? NO_FINDINGS;
  },
};

function judgeGrace(seconds: number | undefined): Finding | null {
  if ((seconds ?? LONGEST) <= LONGEST) return null;
  return {
    container: null,
    field: 'spec.terminationGracePeriodSeconds',
    found: `${seconds}`,
    required: `at most ${LONGEST}`,
    fix: `Set it to ${LONGEST} or less.`,
  };
}

function execFinding(view: ContainerView): Finding {
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'lifecycle.preStop.exec'),
    found: 'a command',
    required: 'nothing',
    fix: 'Remove it, and let the process end on its stop signal.',
  };
}

function judgeSleep(view: ContainerView, seconds: number | undefined): Finding | null {
  if ((seconds ?? 0) <= LONGEST) return null;
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'lifecycle.preStop.sleep.seconds'),
    found: `${seconds}`,
    required: `at most ${LONGEST}`,
    fix: `Set it to ${LONGEST} or less.`,
  };
}
