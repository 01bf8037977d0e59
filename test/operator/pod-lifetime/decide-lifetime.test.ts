import { expect, test } from 'vitest';
import type { ObservedPod } from '../../../src/operator/observed-objects.ts';
import { decideLifetime, isGoverned } from '../../../src/operator/pod-lifetime/decide-lifetime.ts';

const START = '2026-11-23T12:00:00Z';
const at = (seconds: number): number => Date.parse(START) + seconds * 1000;
const LABELS = { 'cloister.dev/role': 'analyst' };
const RUNNING = { phase: 'Running', startTime: START } as const;

const podOf = (status: ObservedPod['status'], metadata: object = {}): ObservedPod => ({
  metadata: { name: 'web', labels: LABELS, ...metadata },
  status,
});
const WORLD = { pod: podOf(RUNNING), isEnrolled: true, maxLifetimeSeconds: 60, now: at(60) };

test.for([
  ['ends when the lifetime of its role is over', {}, { action: 'End' }],
  ['waits until then', { now: at(59) }, { action: 'Wait', until: at(60) }],
  [
    'ends at once where the role was made shorter',
    { maxLifetimeSeconds: 10, now: at(11) },
    { action: 'End' },
  ],
  ['that no kubelet has seen has no life yet', { pod: podOf({ phase: 'Pending' }) }, { action: 'Ignore' }],
  ['that waits for an image lives', { pod: podOf({ ...RUNNING, phase: 'Pending' }) }, { action: 'End' }],
  ['that has ended is left alone', { pod: podOf({ ...RUNNING, phase: 'Succeeded' }) }, { action: 'Ignore' }],
  [
    'that is being deleted is left alone',
    { pod: podOf(RUNNING, { deletionTimestamp: START }) },
    { action: 'Ignore' },
  ],
  [
    'that is being deleted with a day to end in ends when its time is over',
    { pod: podOf(RUNNING, { deletionTimestamp: START, deletionGracePeriodSeconds: 86_400 }) },
    { action: 'End' },
  ],
  [
    'of a role that was deleted ends at once',
    { maxLifetimeSeconds: undefined, now: at(1) },
    {
      action: 'End',
      reason: 'RoleDeleted',
      message: 'AgentRole "analyst" does not exist any more.',
    },
  ],
  [
    'of a role that was deleted ends also before a kubelet has seen it',
    { maxLifetimeSeconds: undefined, pod: podOf({ phase: 'Pending' }) },
    { action: 'End' },
  ],
  [
    'of a role that was deleted, in a namespace of no tenant, is left alone',
    { maxLifetimeSeconds: undefined, isEnrolled: false },
    { action: 'Ignore' },
  ],
  ['of no tenant is left alone', { isEnrolled: false }, { action: 'Ignore' }],
] as const)('a pod %s', ([, changes, decision]) => {
  expect(decideLifetime({ ...WORLD, ...changes })).toMatchObject(decision);
});

test('the message says whose lifetime it was, and since when the pod has run', () => {
  expect(decideLifetime(WORLD)).toMatchObject({
    message: `Role "analyst" lets a pod live for 60 s, and this one has run since ${START}.`,
  });
});

test('pods of sandboxes are left to their sandbox, and a label alone makes no sandbox', () => {
  const owner = { apiVersion: 'cloister.dev/v1alpha1', kind: 'AgentSandbox', name: 'a', uid: 'u' };
  const labels = { ...LABELS, 'cloister.dev/sandbox': 'a' };
  expect(isGoverned(podOf(RUNNING))).toBe(true);
  expect(isGoverned(podOf(RUNNING, { labels }))).toBe(true);
  const ownerReferences = [{ ...owner, controller: true }];
  expect(isGoverned(podOf(RUNNING, { labels, ownerReferences }))).toBe(false);
  expect(isGoverned(podOf(RUNNING, { labels: {} }))).toBe(false);
});
