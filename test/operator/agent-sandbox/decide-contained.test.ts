import { expect, test } from 'vitest';
import { CONTAINED, LABEL } from '../../../src/api/names.ts';
import { decide, type SandboxDecision } from '../../../src/operator/agent-sandbox/decide.ts';
import { buildAgentQuarantine } from '../../build/agent-quarantine.ts';
import {
  agentEnded,
  at,
  OPEN,
  podIn,
  type PodStatus,
  POD,
  RUNNING,
  world,
  type WorldChange,
} from './sandbox-world.ts';

const QUARANTINE = buildAgentQuarantine((one) => (one.metadata.name = 'suspect'));
const RECORDED = { status: { pod: POD, startTime: at(0) } };

/** The decision on a contained sandbox whose pod has that status and, where it is cut off, the label. */
function contained(status: PodStatus, isCutOff: boolean, change: WorldChange = {}): SandboxDecision {
  const of = world({ ...RECORDED, quarantine: QUARANTINE, ...change });
  const pod = podIn(of, status);
  const labels = isCutOff ? { ...pod.metadata.labels, [LABEL.contained]: CONTAINED } : pod.metadata.labels;
  return decide({ ...of, pod: { ...pod, metadata: { ...pod.metadata, labels } } });
}

const said = ({ plan, report }: SandboxDecision) =>
  [plan.action, report.podReady.reason, report.fields.pod?.uid] as const;

test('a pod that runs stays in the status until its network is closed', () => {
  expect(said(contained(RUNNING, false))).toEqual(['None', 'Quarantined', POD.uid]);
});

test('a pod whose network cannot be closed is ended ten seconds after the quarantine was made', () => {
  const old = buildAgentQuarantine((one) => (one.metadata.creationTimestamp = at(0)));
  const made = (now: number) =>
    said(contained(RUNNING, false, { quarantine: old, status: { startTime: at(0) }, now }));
  expect(made(9)).toEqual(['None', 'Quarantined', POD.uid]);
  expect(made(10)).toEqual(['Delete', 'Quarantined', undefined]);
});

test('a pod that is cut off first leaves the status, so that its end is not the end of the task', () => {
  expect(said(contained(RUNNING, true))).toEqual(['None', 'Quarantined', undefined]);
});

test('a pod that is cut off and not in the status is ended within a second', () => {
  const decision = contained(RUNNING, true, { status: { startTime: at(0) } });
  expect(said(decision)).toEqual(['Delete', 'Quarantined', undefined]);
  expect(decision.gracePeriodSeconds).toBe(1);
});

test('a sandbox without a pod is contained, and gets none', () => {
  const decision = decide(world({ quarantine: QUARANTINE, spec: { restartPolicy: 'Never' }, ...RECORDED }));
  expect(said(decision)).toEqual(['None', 'Quarantined', undefined]);
  expect(decision.plan.ends).toBeUndefined();
});

test.each<[string, PodStatus, string]>([
  ['whose agent ended, ends the task', agentEnded(0), 'Completed'],
  ['that failed, ends the task where it is not started again', agentEnded(1), 'Failed'],
])('a pod %s', (_, status, reason) => {
  const decision = contained(status, true, { spec: { restartPolicy: 'Never' } });
  expect([decision.plan.ends, decision.report.podReady.reason]).toEqual([true, reason]);
});

test('a pod whose start gate failed is taken away without a pause', () => {
  expect(said(contained(OPEN, false, { status: {} }))).toEqual(['Delete', 'Quarantined', undefined]);
});

test('the lifetime of a contained sandbox goes on', () => {
  const decision = contained(RUNNING, true, { now: 3_601 });
  expect([decision.plan.ends, decision.report.podReady.reason]).toEqual([true, 'LifetimeReached']);
  expect(decision.gracePeriodSeconds).toBe(1);
});

test('a pod that is cut off is made anew after the release', () => {
  const decision = contained(RUNNING, true, { quarantine: null, status: { startTime: at(0) } });
  expect(said(decision)).toEqual(['Delete', 'Replaced', undefined]);
  expect(decision.gracePeriodSeconds).toBe(1);
});

test('a pod that the end of its task has cut off is ended within a second', () => {
  const stopped = { quarantine: null, spec: { state: 'Stopped' }, status: { startTime: at(0) } } as const;
  const decision = contained(RUNNING, true, stopped);
  expect(said(decision)).toEqual(['Delete', 'Stopped', undefined]);
  expect(decision.gracePeriodSeconds).toBe(1);
  expect(contained(RUNNING, false, stopped).gracePeriodSeconds).toBeUndefined();
});

test.for<[string, WorldChange, number, 'Delete' | 'None', number | undefined]>([
  [
    'in quarantine, where it has a day to end in, is ended now',
    { quarantine: QUARANTINE },
    86_400,
    'Delete',
    1,
  ],
  ['in quarantine, where it has half a minute, is ended now', { quarantine: QUARANTINE }, 30, 'Delete', 1],
  ['in quarantine, where it ends now, is let end', { quarantine: QUARANTINE }, 1, 'None', 1],
  [
    'of a stopped sandbox, with a day to end in, is ended',
    { spec: { state: 'Stopped' } },
    86_400,
    'Delete',
    undefined,
  ],
  [
    'of a stopped sandbox, with its own time, is let end',
    { spec: { state: 'Stopped' } },
    30,
    'None',
    undefined,
  ],
])('a pod that somebody is deleting %s', ([, change, deletionGracePeriodSeconds, action, grace]) => {
  const of = world({ status: { startTime: at(0) }, ...change });
  const pod = podIn({ ...of, quarantine: null }, RUNNING);
  const metadata = { ...pod.metadata, deletionTimestamp: at(1), deletionGracePeriodSeconds };
  const decision = decide({ ...of, pod: { ...pod, metadata } });
  expect([decision.plan.action, decision.gracePeriodSeconds]).toEqual([action, grace]);
});
