import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/operator/agent-sandbox/decide.ts';
import {
  agentEnded,
  at,
  decideWith,
  OPEN,
  PASSED,
  POD,
  podIn,
  type PodStatus,
  RUNNING,
  summary,
  TENANT,
  world,
  type WorldChange,
} from './sandbox-world.ts';

describe('a sandbox with a pod', () => {
  test.for<readonly [string, PodStatus, WorldChange, object]>([
    ['that is new waits', {}, {}, { action: 'None', pod: 'False/Starting', egress: 'Unknown/NotProven' }],
    ['that has passed its gate is closed', PASSED, {}, { pod: 'False/Starting', egress: 'True/Closed' }],
    ['that is ready', RUNNING, {}, { action: 'None', pod: 'True/Running', egress: 'True/Closed' }],
    [
      'whose gate found something open waits',
      OPEN,
      {},
      { action: 'None', pod: 'False/GateFailed', egress: 'False/FoundOpen' },
    ],
    [
      'whose agent ended well has done its task',
      agentEnded(0),
      { spec: { restartPolicy: 'OnFailure' } },
      { action: 'None', pod: 'False/Completed' },
    ],
    [
      'whose agent ended well goes on under Always',
      agentEnded(0),
      { spec: { restartPolicy: 'Always' } },
      { action: 'None', pod: 'False/Restarting' },
    ],
    ['whose agent failed has failed under Never', agentEnded(2), {}, { pod: 'False/Failed' }],
    [
      'whose agent failed goes on under OnFailure',
      agentEnded(2),
      { spec: { restartPolicy: 'OnFailure' } },
      { pod: 'False/Restarting' },
    ],
    [
      'that its node refused goes on even under Never',
      { phase: 'Failed', reason: 'OutOfcpu' },
      {},
      { pod: 'False/Restarting' },
    ],
    [
      'that ran into its deadline has reached its lifetime',
      agentEnded(137, 30, 'DeadlineExceeded'),
      { spec: { restartPolicy: 'Always' } },
      { pod: 'False/LifetimeReached' },
    ],
    [
      'whose agent ended well before its lifetime has done its task',
      agentEnded(0),
      { now: 3600 },
      { pod: 'False/Completed' },
    ],
    [
      'whose agent failed is not started again after its lifetime',
      agentEnded(2),
      { now: 3600, spec: { restartPolicy: 'Always' } },
      { action: 'None', pod: 'False/LifetimeReached' },
    ],
    [
      'loses it when it is stopped',
      RUNNING,
      { spec: { state: 'Stopped' } },
      { action: 'Delete', pod: 'False/Stopped' },
    ],
    [
      'loses it when its lifetime is over',
      RUNNING,
      { now: 3600 },
      { action: 'Delete', pod: 'False/LifetimeReached' },
    ],
    [
      'keeps one that has ended, with its logs',
      agentEnded(0),
      { status: { endTime: at(-5) } },
      { action: 'None' },
    ],
    [
      'loses one that runs after its end',
      RUNNING,
      { status: { endTime: at(-5) } },
      { action: 'Delete', pod: 'False/Completed' },
    ],
  ])('%s', ([, status, change, wanted]) => {
    expect(summary(decideWith(status, change))).toMatchObject(wanted);
  });

  const pod = podIn(world(), RUNNING);

  test.for<readonly [string, WorldChange, object]>([
    [
      'its role is gone',
      { spec: { roleRef: { name: 'ghost' } } },
      { action: 'Delete', role: 'False/RoleNotFound' },
    ],
    ['its namespace belongs to nobody', { tenant: null }, { action: 'Delete', role: 'False/NotEnrolled' }],
    [
      'its namespace belongs to nobody, although the task has ended',
      { tenant: null, status: { endTime: at(-5) } },
      { action: 'Delete' },
    ],
    ['the sandbox changes', { spec: { args: ['--other'] } }, { action: 'Delete', pod: 'False/Replaced' }],
    ['the role changes', { role: ({ spec }) => (spec.sandbox.runAsUser = 7) }, { action: 'Delete' }],
    [
      'the gateway moves',
      { tenant: { ...TENANT, gatewayAddresses: ['10.96.0.51'] } },
      { action: 'Delete', pod: 'False/Replaced' },
    ],
  ])('loses it when %s', ([, change, wanted]) => {
    expect(summary(decide(world({ ...change, pod })))).toMatchObject(wanted);
  });

  test.for<readonly [string, WorldChange]>([
    [
      'a tool of the gateway changes',
      { role: ({ spec }) => (spec.budgets = { toolCallsPerDay: 3 } as never) },
    ],
    ['the gateway has no address for a while', { tenant: { ...TENANT, gatewayAddresses: [] } }],
  ])('keeps it when %s', ([, change]) => {
    expect(summary(decide(world({ ...change, pod })))).toMatchObject({ action: 'None', pod: 'True/Running' });
  });

  test('keeps it when the sandbox changes and it is replaced on deletion, and says that it is outdated', () => {
    const { plan, report } = decide(world({ pod, spec: { args: ['x'], updatePolicy: 'OnDelete' } }));
    expect(plan.action).toBe('None');
    expect(report.podReady).toMatchObject({ status: 'True', reason: 'PolicyOutdated' });
  });

  test('says first that no pod runs, and deletes it then, so that its loss is not taken for the end', () => {
    const status = { pod: POD };
    const first = decide(world({ status, pod, spec: { args: ['--other'] } }));
    expect(first.plan.action).toBe('None');
    expect(first.report.fields.pod).toBeUndefined();
    expect(decide(world({ pod, spec: { args: ['--other'] } })).plan.action).toBe('Delete');
    expect(decide(world({ spec: { args: ['--other'] } })).plan.action).toBe('Create');
  });

  test('leaves one that is being deleted, and remembers whose it is', () => {
    const leaving = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: at(0) } };
    const lost = decide(world({ status: { pod: POD }, pod: leaving }));
    expect(summary(lost)).toMatchObject({ action: 'None', pod: 'False/Replaced' });
    expect(lost.report.fields.pod).toEqual(POD);
    expect(decide(world({ pod: leaving })).report.fields.pod).toBeUndefined();
  });

  test('of an earlier sandbox of its name has that deleted, and believes nothing that it says', () => {
    const [owner] = pod.metadata.ownerReferences ?? [];
    const older = { ...pod, metadata: { ...pod.metadata, ownerReferences: [{ ...owner!, uid: 'older' }] } };
    const decision = decide(world({ pod: older }));
    expect(summary(decision)).toMatchObject({
      action: 'Delete',
      pod: 'False/Waiting',
      egress: 'Unknown/NotProven',
    });
    expect(decision.report.fields.startTime).toBeUndefined();
  });

  test('has its Secret looked for while the kubelet misses something', () => {
    const waiting = {
      name: 'agent',
      ready: false,
      restartCount: 0,
      state: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "x" not found' } },
    };
    const decision = decideWith({ ...PASSED, containerStatuses: [waiting] });
    expect(decision.plan.needsSecret).toBe(true);
    expect(decision.report.podReady.message).toContain('secret "x" not found');
  });

  test('says why it is not scheduled', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes\nare available' },
    ];
    const { report } = decideWith({ conditions });
    expect(report.podReady.message).toContain('Unschedulable: 0/1 nodes\\nare available');
  });
});
