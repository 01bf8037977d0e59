import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AgentRole } from '../../src/api/agent-role.ts';
import type { Lease } from '../../src/controller/lease-object.ts';
import { answersOK } from '../testbed/answers-ok.ts';
import { NAMESPACES } from '../e2e/enrolled-tenants.ts';
import { ROLES } from '../e2e/tenants.ts';
import { buildAgentRole } from '../build/agent-role.ts';
import { createProgramRunner, type ProgramRunner } from '../testbed/program-runner.ts';
import { type OperatorProcess, startOperatorProcess } from './operator-process.ts';
import { useTenantCluster, WAIT } from './use-tenant-cluster.ts';

const SECOND = 1_000;
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/cloister-system/leases/cloister-operator';
const HANDOVER = { timeout: 40 * SECOND, interval: 50 };

const { calls, controlPlane, makeNamespace, makeTenant, isProvided, removeGuard } = useTenantCluster();
let runner: ProgramRunner;
let operators: OperatorProcess[] = [];

beforeAll(async () => {
  runner = await createProgramRunner();
});
afterAll(() => runner.stop());
afterEach(async () => {
  for (const { process, proxy } of operators) {
    await process.stop(5 * SECOND);
    await proxy.close().catch(() => undefined);
  }
  operators = [];
});

async function startOne(): Promise<OperatorProcess> {
  const operator = await startOperatorProcess(controlPlane(), runner);
  operators.push(operator);
  await operator.ready();
  return operator;
}

/** Starts two, of which the first leads. */
async function startPair(): Promise<readonly [leader: OperatorProcess, standby: OperatorProcess]> {
  const leader = await startOne();
  await vi.waitFor(async () => expect(await leader.isLeader()).toBe(true), HANDOVER);
  return [leader, await startOne()];
}

async function provide(tenant: string): Promise<void> {
  await makeNamespace(`${tenant}-agents`);
  await makeTenant(tenant, [`${tenant}-agents`]);
  await isProvided(tenant);
}

const leads = (operator: OperatorProcess): Promise<void> =>
  vi.waitFor(async () => expect(await operator.isLeader()).toBe(true), HANDOVER);

const denyOf = (tenant: string): string =>
  `/apis/networking.k8s.io/v1/namespaces/${tenant}-agents/networkpolicies/cloister-default-deny`;

/** Somebody takes what closes the network, and the leader puts it back. */
async function isRepaired(tenant: string): Promise<void> {
  const uid = async (): Promise<unknown> =>
    ((await calls().read(denyOf(tenant))).object['metadata'] as { uid?: string } | undefined)?.uid;
  const before = await uid();
  const remove = async () => expect((await calls().remove(denyOf(tenant))).status).toBe(200);
  await vi.waitFor(remove, WAIT);
  await vi.waitFor(async () => {
    const now = await uid();
    expect(now).toBeDefined();
    expect(now).not.toBe(before);
  }, HANDOVER);
}

describe('of two operators', () => {
  test('one leads, the other is ready as well and writes nothing', { retry: 0 }, async () => {
    const [leader, standby] = await startPair();
    await provide('pair');
    expect(await answersOK(`${standby.probeUrl}/readyz`)).toBe(true);
    expect([await leader.isLeader(), await standby.isLeader()]).toEqual([true, false]);
    expect(leader.writes()).not.toEqual([]);
    expect(standby.writes()).toEqual([]);
    expect(await standby.log()).not.toContain('"level":"error"');
  });

  test(
    'the second leads within 2 s of SIGTERM, and writes nothing that is written',
    { retry: 0 },
    async () => {
      const [leader, standby] = await startPair();
      await vi.waitFor(() => expect(standby.writes()).toEqual([]));
      const asked = performance.now();
      leader.process.signal('SIGTERM');
      await leads(standby);
      expect(performance.now() - asked).toBeLessThan(2 * SECOND);
      await new Promise((resolve) => setTimeout(resolve, 2 * SECOND));
      expect(standby.writes()).toEqual([]);
      expect(leader.process.running).toBe(false);
      await removeGuard();
      await isRepaired('pair');
    },
  );

  test('the second leads within 20 s of SIGKILL, and goes on where the first was', async () => {
    const [leader, standby] = await startPair();
    const killed = performance.now();
    await leader.process.stop(0);
    await makeNamespace('orphan-agents');
    await makeTenant('orphan', ['orphan-agents']);
    await leads(standby);
    expect(performance.now() - killed).toBeLessThan(20 * SECOND);
    await isProvided('orphan');
  });

  test.each([
    ['cannot connect', (operator: OperatorProcess) => operator.proxy.down(), 'up'],
    ['gets no answers', async (operator: OperatorProcess) => operator.proxy.delay(60 * SECOND), 'delay'],
  ] as const)(
    'one that %s has written its last before the other leads, and waits for its turn then',
    async (how, cut, mend) => {
      const name = how.split(' ').at(-1)!.toLowerCase();
      const [leader, standby] = await startPair();
      // Work that it is in the middle of, and would go on with.
      const tenants = Array.from({ length: 6 }, (_, index) => `${name}-${index}`);
      for (const tenant of tenants) {
        await makeNamespace(`${tenant}-agents`);
        await makeTenant(tenant, [`${tenant}-agents`]);
      }
      await cut(leader);
      const first = await holder();
      await vi.waitFor(async () => expect(await holder()).not.toBe(first), HANDOVER);
      const written = leader.writes().length;
      await leads(standby);
      for (const tenant of tenants) await isProvided(tenant);
      if (mend === 'up') await leader.proxy.up();
      else leader.proxy.delay(0);
      await vi.waitFor(async () => expect(await answersOK(`${leader.probeUrl}/readyz`)).toBe(true), HANDOVER);
      expect(leader.writes().slice(written)).toEqual([]);
      expect([await leader.isLeader(), await standby.isLeader()]).toEqual([false, true]);
    },
  );
});

async function holder(): Promise<string | undefined> {
  return ((await calls().read(LEASE)).object as unknown as Lease).spec?.holderIdentity;
}

describe('an operator with the rights of the chart', () => {
  test('says of roles whether they can be used, once', async () => {
    const operator = await startOne();
    await leads(operator);
    const role = buildAgentRole((one) => {
      Object.assign(one.metadata, { name: 'judged' });
    });
    const { status, message } = await calls().create(ROLES, role);
    expect(`${status} ${message}`).toBe('201 ');
    await vi.waitFor(async () => {
      const { object } = await calls().read(`${ROLES}/judged`);
      expect((object as unknown as AgentRole).status).toMatchObject({
        observedGeneration: 1,
        conditions: [
          { type: 'Accepted', status: 'True', reason: 'Valid' },
          { type: 'Cooperative', status: 'False', reason: 'NoCooperativeRules' },
        ],
      });
    }, WAIT);
    await new Promise((resolve) => setTimeout(resolve, SECOND));
    const writes = operator.writes().filter((write) => write.includes('/agentroles/judged'));
    expect(writes).toHaveLength(1);
  });

  test('tells in events what it did, and is forbidden nothing', async () => {
    const operator = await startOne();
    await leads(operator);
    await provide('told');
    const events = async (namespace: string): Promise<readonly string[]> => {
      const { object } = await calls().read(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`);
      const items = object['items'] as { reason: string; regarding: { kind: string; name: string } }[];
      return items.map(({ reason, regarding: { kind, name } }) => `${kind} ${name} ${reason}`);
    };
    await vi.waitFor(async () => {
      expect(await events('default')).toEqual(
        expect.arrayContaining([
          'Namespace told-agents Enrolled',
          'TenantIsolation told Enrolled',
          'TenantIsolation told Closed',
        ]),
      );
    }, WAIT);
    expect(await operator.log()).not.toContain('Forbidden');
    expect((await calls().read(`${NAMESPACES}/told-agents`)).status).toBe(200);
  });
});
