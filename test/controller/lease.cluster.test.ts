import { afterAll, beforeAll, expect, test as base } from 'vitest';
import { isHolder } from '../../src/controller/decide-lease.ts';
import { createEventRecorder } from '../../src/controller/events.ts';
import { NotLeaderError } from '../../src/controller/fenced-client.ts';
import type { Lease } from '../../src/controller/lease-object.ts';
import { OPERATOR_LEASE, startElection } from '../../src/controller/lease.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { isKubeError } from '../../src/kube/kube-error.ts';
import { resources } from '../../src/kube/resources.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { FaultProxy } from '../kube/fault-proxy.ts';
import { installManifests } from '../testbed/install-cloister.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { type Candidate, type Contest, startCandidate } from './lease-candidate.ts';

const controlPlane = useControlPlane();
const SECOND = 1_000;

let admin: KubeClient;
beforeAll(async () => {
  admin = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
});
afterAll(() => admin.close());

/** Each test has a namespace of its own, so that those that wait for a lease to expire wait together. */
const test = base.extend<{ contest: Contest }>({
  contest: async ({ onTestFinished }, use) => {
    const contest: Contest = { namespace: await controlPlane.createNamespace('lease'), ends: [] };
    onTestFinished(async () => {
      for (const end of contest.ends.toReversed()) await end();
    });
    await use(contest);
  },
});

async function startPair(contest: Contest): Promise<readonly [leader: Candidate, standby: Candidate]> {
  await admin.create(resources.leases, { metadata: { namespace: contest.namespace, name: 'leader' } });
  const leader = await startCandidate(controlPlane, contest, 'one');
  await expect.poll(() => leader.sent.length, { timeout: 10 * SECOND }).toBeGreaterThan(3);
  const standby = await startCandidate(controlPlane, contest, 'two');
  await systemClock.sleep(3 * SECOND);
  expect(standby.began).toEqual([]);
  return [leader, standby];
}

/** When an object was last written, by the clock of the process that wrote it. */
async function storedAt({ namespace }: Contest, name: string): Promise<number> {
  const found = await admin.get<{ metadata: object; data?: { at?: string } }>(resources.configMaps, {
    namespace,
    name,
  });
  return Number(found.data?.at);
}

async function holder({ namespace }: Contest): Promise<Lease> {
  return admin.get<Lease>(resources.leases, { namespace, name: 'leader' });
}

test('of two candidates one leads, and at SIGTERM the other leads within 2 s', async ({ contest }) => {
  const [leader, standby] = await startPair(contest);
  expect((await holder(contest)).spec).toMatchObject({
    holderIdentity: 'one',
    leaseDurationSeconds: 15,
    leaseTransitions: 0,
    renewTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  });
  const stopped = systemClock.now();
  await leader.election.stop();
  await expect.poll(() => standby.sent.length, { timeout: 10 * SECOND }).toBeGreaterThan(3);
  expect(standby.began[0]! - stopped).toBeLessThan(2 * SECOND);
  expect(leader.sent.at(-1)).toBeLessThan(standby.began[0]!);
  expect(leader.refused.length).toBeGreaterThanOrEqual(3);
  expect(leader.refused.every((error) => error instanceof NotLeaderError)).toBe(true);
  expect((await holder(contest)).spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
});

test.concurrent('after a crash the other leads within 20 s', async ({ contest }) => {
  const [leader, standby] = await startPair(contest);
  const crashed = systemClock.now();
  await leader.crash();
  await expect.poll(() => standby.began.length, { timeout: 30 * SECOND }).toBe(1);
  expect(standby.began[0]! - crashed).toBeLessThan(20 * SECOND);
  expect(leader.sent.at(-1)).toBeLessThan(crashed);
});

test.concurrent.for([
  ['refuses connections', (proxy: FaultProxy) => proxy.down(), (proxy: FaultProxy) => proxy.up()],
  [
    'keeps connections open and answers nothing for longer than any request waits',
    async (proxy: FaultProxy) => proxy.delay(40 * SECOND),
    async (proxy: FaultProxy) => proxy.delay(0),
  ],
] as const)(
  'a leader whose API server %s stops writing before the other begins',
  async ([, cut, mend], { contest }) => {
    const [leader, standby] = await startPair(contest);
    await cut(leader.proxy);
    await expect.poll(() => standby.sent.length, { timeout: 30 * SECOND }).toBeGreaterThan(3);
    expect(leader.election.isLeader()).toBe(false);
    const [began] = standby.began as [number];
    const last = await storedAt(contest, 'one');
    expect(last).toBeLessThan(began - SECOND);
    await mend(leader.proxy);
    await systemClock.sleep(3 * SECOND);
    // What was under way when it was cut off never arrives, and the one that was cut off is a standby now.
    expect(await storedAt(contest, 'one')).toBe(last);
    expect(leader.began).toHaveLength(1);
    expect(standby.election.isLeader()).toBe(true);
  },
);

test.concurrent('of many candidates that begin together on a free lease, one leads', async ({ contest }) => {
  await admin.create(resources.leases, { metadata: { namespace: contest.namespace, name: 'leader' } });
  const names = ['one', 'two', 'three', 'four'];
  const candidates = await Promise.all(names.map((name) => startCandidate(controlPlane, contest, name)));
  const leaders = (): number => candidates.filter(({ election }) => election.isLeader()).length;
  await expect.poll(leaders, { timeout: 10 * SECOND }).toBe(1);
  await systemClock.sleep(4 * SECOND);
  expect(candidates.flatMap(({ began }) => began)).toHaveLength(1);
  const { spec } = await holder(contest);
  const index = names.indexOf(spec?.holderIdentity ?? '');
  expect(candidates[index]?.election.isLeader()).toBe(true);
  expect(isHolder({ spec, identity: spec?.holderIdentity ?? '' })).toBe(true);
});

test('what the chart installs gives the operator its lease and its events and no other lease, and an upgrade takes nothing from it', async ({
  contest: { namespace, ends },
}) => {
  const wanted = new Set([
    'Role',
    'RoleBinding',
    'ClusterRole',
    'ClusterRoleBinding',
    'ServiceAccount',
    'Lease',
  ]);
  const manifests = installManifests('https://127.0.0.1');
  const isWanted = (kind: string, name: string): boolean =>
    kind === 'Namespace' || (wanted.has(kind) && name.startsWith('cloister-operator'));
  await controlPlane.apply(
    manifests.filter(({ kind, metadata }) => isWanted(String(kind), (metadata as { name: string }).name)),
  );
  // Other files of the same API server test who has no rights.
  ends.push(() => admin.delete(resources.clusterRoleBindings, { name: 'cloister-operator' }));
  const operator = await createKubeClient({ kubeconfig: controlPlane.kubeconfigFor('operator') });
  ends.push(() => operator.close());
  const logged: object[] = [];
  const logger = {
    debug: () => {},
    info: () => {},
    warn: (fields: object) => void logged.push(fields),
    error: () => {},
  };
  const options = { client: operator, identity: 'one', clock: systemClock, logger };
  const election = startElection({ ...options, lead: () => ({ stop: () => Promise.resolve() }) });
  await expect.poll(() => election.isLeader(), { timeout: 5 * SECOND }).toBe(true);
  const leases = manifests.filter(({ kind }) => kind === 'Lease');
  expect(leases).toHaveLength(1);
  await controlPlane.apply(leases);
  await systemClock.sleep(3 * SECOND);
  expect(election.isLeader()).toBe(true);
  expect((await admin.get<Lease>(resources.leases, OPERATOR_LEASE)).spec?.holderIdentity).toBe('one');
  await election.stop();
  const released = await admin.get<Lease>(resources.leases, OPERATOR_LEASE);
  expect(released.spec?.holderIdentity ?? '').toBe('');

  const recorder = createEventRecorder({ ...options, instance: 'cloister-operator-0' });
  const regarding = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace, uid: 'uid-1' } };
  const event = { type: 'Warning', reason: 'Tried', action: 'Try', note: 'x'.repeat(2_000) } as const;
  const clusterScoped = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a', uid: 'uid-2' } };
  for (let time = 0; time < 2; time += 1) recorder.record({ regarding, ...event });
  recorder.record({ regarding: clusterScoped, ...event });
  await recorder.flushed();
  expect(logged).toEqual([]);
  const { items } = await admin.list<{ metadata: object; series?: object; reason?: string }>(
    resources.events,
    {
      namespace,
    },
  );
  expect(items.filter(({ reason }) => reason === 'Tried')).toEqual([
    expect.objectContaining({ series: expect.objectContaining({ count: 2 }) }),
  ]);

  await admin.create(resources.leases, { metadata: { namespace: 'cloister-system', name: 'another' } });
  ends.push(() => admin.delete(resources.leases, { namespace: 'cloister-system', name: 'another' }));
  for (const lease of [
    { namespace: 'cloister-system', name: 'another' },
    { namespace: 'kube-system', name: 'kube-controller-manager' },
  ]) {
    const read: unknown = await operator.get(resources.leases, lease).catch((error: unknown) => error);
    expect(isKubeError(read, 'Forbidden')).toBe(true);
  }
});
