import { describe, expect, test } from 'vitest';
import { decide, type SandboxWorld } from '../../../src/operator/agent-sandbox/decide.ts';
import {
  agentEnded,
  at,
  decideWith,
  nextStatus,
  OPEN,
  PASSED,
  POD,
  POD_UID,
  podIn,
  type PodStatus,
  POLICIES,
  RUNNING,
  START,
  summary,
  TENANT,
  world,
  type WorldChange,
} from './sandbox-world.ts';

const messageOf = (of: SandboxWorld): string => decide(of).report.podReady.message;

describe('a sandbox without a pod', () => {
  test.for<readonly [string, WorldChange, object]>([
    [
      'of a role that is allowed gets one',
      {},
      { action: 'Create', role: 'True/Resolved', pod: 'False/Starting' },
    ],
    [
      'whose namespace no tenant lists gets none',
      { tenant: null },
      { action: 'None', role: 'False/NotEnrolled', pod: 'False/Waiting' },
    ],
    [
      'whose namespace is not labelled yet gets none',
      { enrolledFor: undefined },
      { action: 'None', role: 'False/NotEnrolled' },
    ],
    [
      'whose namespace is labelled for another tenant gets none',
      { enrolledFor: 'other' },
      { action: 'None', role: 'False/NotEnrolled' },
    ],
    [
      'whose namespace nothing closes yet gets none',
      { networkPolicies: [] },
      { action: 'None', role: 'True/Resolved', pod: 'False/Waiting' },
    ],
    [
      'whose namespace is closed in one direction alone gets none',
      { networkPolicies: POLICIES.slice(1) },
      { action: 'None', pod: 'False/Waiting' },
    ],
    [
      'without a role in a tenant without a default gets none',
      { tenant: { ...TENANT, defaultRole: null } },
      { action: 'None', role: 'False/NoDefaultRole' },
    ],
    [
      'of a role that the tenant does not allow gets none',
      { spec: { roleRef: { name: 'foreign' } } },
      { action: 'None', role: 'False/RoleNotAllowed' },
    ],
    [
      'of a role that does not exist gets none',
      { spec: { roleRef: { name: 'ghost' } } },
      { action: 'None', role: 'False/RoleNotFound' },
    ],
    [
      'whose gateway has no address gets none',
      { tenant: { ...TENANT, gatewayAddresses: [] } },
      { action: 'None', role: 'True/Resolved', pod: 'False/Waiting' },
    ],
    [
      'that asks for more than its role grants gets none',
      { spec: { env: [{ name: 'KEY', value: `sk-proj-${'a1B2'.repeat(12)}` }] } },
      { action: 'None', pod: 'False/Refused' },
    ],
    ['that is stopped gets none', { spec: { state: 'Stopped' } }, { action: 'None', pod: 'False/Stopped' }],
    [
      'that has ended gets none',
      { status: { endTime: at(-5) }, spec: { restartPolicy: 'Always' } },
      { action: 'None', pod: 'False/Completed' },
    ],
    [
      'whose lifetime is over gets none',
      { status: { startTime: at(-3600) } },
      { action: 'None', pod: 'False/LifetimeReached' },
    ],
    ['that had one ends under Never', { status: { pod: POD } }, { action: 'None', pod: 'False/Failed' }],
    [
      'that had one gets another under OnFailure',
      { status: { pod: POD }, spec: { restartPolicy: 'OnFailure' } },
      { action: 'Create', pod: 'False/Starting' },
    ],
    [
      'that had an outdated one gets another under OnDelete',
      { status: { pod: POD, policyHash: 'old' }, spec: { updatePolicy: 'OnDelete' } },
      { action: 'Create' },
    ],
  ])('%s', ([, change, wanted]) => {
    expect(summary(decide(world(change)))).toMatchObject(wanted);
  });

  test('has the default role that was recorded, whatever the default is now', () => {
    const status = { resolvedRole: { name: 'other', uid: 'an-older-uid' } };
    const { report } = decide(world({ status }));
    expect(report.fields.resolvedRole).toEqual({ name: 'other', uid: 'role-other' });
  });

  test('has a pod for what is left of its lifetime', () => {
    const { rendered } = decide(world({ status: { startTime: at(-600) } }));
    expect(rendered?.pod.spec?.activeDeadlineSeconds).toBe(3000);
  });
});

describe('the pause before a pod is created again', () => {
  const failing = (status: WorldChange['status'], uid = POD_UID, now = 0) => {
    const of = world({ ...(status === undefined ? {} : { status }), now });
    return { ...of, pod: podIn(of, OPEN, uid) };
  };

  test('doubles with each pod that ends, from 10 seconds to 5 minutes', () => {
    const pauses = Array.from({ length: 8 }, (_, count) => {
      const status =
        count === 0 ? undefined : { restarts: { count, podUID: 'an-earlier-one', time: at(-1000) } };
      const { plan } = decide(failing(status));
      return ((plan.dueTime ?? 0) - START) / 1000;
    });
    expect(pauses).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  test('is that of the same pod when it is looked at again, and ends', () => {
    const status = nextStatus(failing(undefined));
    expect(status.restarts).toEqual({ count: 1, podUID: POD_UID, time: at(0) });
    expect(decide(failing(status, POD_UID, 9)).plan).toMatchObject({
      action: 'None',
      dueTime: START + 10_000,
    });
    expect(decide(failing(status, POD_UID, 10)).plan.action).toBe('Delete');
  });

  test('begins anew after an agent that ran for ten minutes', () => {
    const restarts = { count: 6, podUID: 'an-earlier-one', time: at(-1000) };
    const spec = { restartPolicy: 'Always' } as const;
    const count = (ranSeconds: number) =>
      decideWith(agentEnded(1, ranSeconds), { spec, status: { restarts } }).report.fields.restarts?.count;
    expect([count(599), count(600)]).toEqual([7, 1]);
  });
});

describe('what is said of a sandbox', () => {
  test('is the same the second time, so that nothing is written', () => {
    for (const status of [{}, PASSED, RUNNING, OPEN, agentEnded(0), agentEnded(1)]) {
      const of = world();
      const seen = { ...of, pod: podIn(of, status) };
      const again = world({ status: nextStatus(seen), now: 1 });
      expect(nextStatus({ ...again, pod: seen.pod })).toEqual(again.sandbox.status);
    }
  });

  test('is that it is ready where nothing is false', () => {
    const of = world();
    const ready = ({ conditions }: ReturnType<typeof nextStatus>) => conditions?.at(-1);
    expect(ready(nextStatus({ ...of, pod: podIn(of, RUNNING) }))).toMatchObject({
      status: 'True',
      reason: 'Ready',
    });
    expect(ready(nextStatus({ ...of, pod: podIn(of, PASSED) }))).toMatchObject({
      status: 'False',
      message: 'These do not hold: PodReady (Starting).',
    });
    const gateless = world({ role: ({ spec }) => (spec.sandbox.startGate = 'None') });
    expect(ready(nextStatus({ ...gateless, pod: podIn(gateless, RUNNING) }))).toMatchObject({
      status: 'True',
    });
  });

  test('names what the gate found open until another gate has reported', () => {
    const of = world();
    const failed = nextStatus({ ...of, pod: podIn(of, OPEN) });
    const egress = (change: WorldChange, status?: PodStatus) => {
      const later = world({ status: failed, ...change });
      const pod = status === undefined ? undefined : podIn(later, status, 'the-next');
      return decide({ ...later, pod }).report.egressClosed;
    };
    expect(egress({}).message).toContain('api 10.96.0.1:443/TCP');
    expect(egress({}, {})).toMatchObject({ reason: 'FoundOpen' });
    expect(egress({}, PASSED)).toMatchObject({ status: 'True', reason: 'Closed' });
  });

  test('is the time from which its lifetime counts, once its agent has begun', () => {
    expect(decideWith(PASSED).report.fields.startTime).toBeUndefined();
    expect(decideWith(RUNNING).report.fields.startTime).toBe(at(0));
    expect(decideWith(RUNNING).plan.dueTime).toBe(START + 3_600_000);
    expect(decideWith(RUNNING, { status: { startTime: at(-60) } }).report.fields.startTime).toBe(at(-60));
  });

  test('says what to do where its role is not there', () => {
    expect(messageOf(world({ spec: { roleRef: { name: 'ghost' } } }))).toBe(
      'AgentRole "ghost" does not exist. Create it.',
    );
    expect(messageOf(world({ tenant: null }))).toContain('spec.namespaces of a TenantIsolation');
  });
});
