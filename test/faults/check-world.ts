import { expect, vi } from 'vitest';
import type { AgentSandbox } from '../../src/api/agent-sandbox.ts';
import { feedName } from '../../src/policy/feed/feed-name.ts';
import { TENANTS } from '../e2e/tenants.ts';
import { inEnrolled, inSystem, managedIn } from '../operator/managed-objects.ts';
import { type FaultWorld, ROLE, SANDBOXES, type WantedTenant } from './fault-world.ts';

const WAIT = { timeout: 120_000, interval: 500 };
const QUIET_MILLISECONDS = 3_000;

interface Named {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
}

/** Waits until there is what is wanted and nothing else, and then that a new operator finds nothing to write. */
export async function checkWorld(world: FaultWorld): Promise<void> {
  for (const [tenant, wanted] of world.tenants) await isProvided(world, tenant, wanted);
  for (const [tenant, namespace] of world.formerTenants) await isGone(world, tenant, namespace);
  await isQuiet(world);
  await world.stopOperators(10_000);
  await writesNothing(world);
}

/** Waits until the operators have said all there is to say: objects are there before the status says so. */
async function isQuiet({ operators }: FaultWorld): Promise<void> {
  const count = (): number => operators.reduce((sum, { writes }) => sum + writes().length, 0);
  await vi.waitFor(async () => {
    const before = count();
    await new Promise((resolve) => setTimeout(resolve, QUIET_MILLISECONDS));
    expect(count()).toBe(before);
  }, WAIT);
}

async function isProvided(world: FaultWorld, tenant: string, wanted: WantedTenant): Promise<void> {
  const { namespace, sandboxes } = wanted;
  const running = [...sandboxes].filter(([, state]) => state === 'Running').map(([name]) => name);
  await vi.waitFor(async () => {
    const system = await managedIn(world.controlPlane, `cloister-t-${tenant}`);
    const fed = [...sandboxes.keys()].map(
      (sandbox) => `ConfigMap ${feedName({ kind: 'Sandbox', namespace, sandbox })}`,
    );
    expect(system.toSorted()).toEqual([...inSystem(ROLE), ...fed].toSorted());
    const found = await managedIn(world.controlPlane, namespace);
    expect(found).toEqual(expect.arrayContaining([...inEnrolled(ROLE)]));
    const others = found.filter((object) => !inEnrolled(ROLE).includes(object));
    // What belongs to no sandbox is left over.
    expect(others.filter((object) => ![...sandboxes.keys()].some((name) => object.endsWith(name)))).toEqual(
      [],
    );
    expect(await reasonOf(world, `${TENANTS}/${tenant}`, 'QuotaApplied')).toBe('Applied');
    for (const name of running) {
      // No kubelet runs a start gate here, and no other policy engine is installed.
      expect(await reasonOf(world, `${SANDBOXES(namespace)}/${name}`, 'EgressClosed')).toBe('NotProven');
    }
    const owners = await uidsOf(world, namespace);
    const pods = await podsOf(world, namespace);
    expect(pods.map(({ metadata }) => metadata.name).sort()).toEqual(running.sort());
    for (const { metadata } of pods) {
      expect(metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([owners.get(metadata.name)]);
    }
    const { object } = await world.calls.read(`/api/v1/namespaces/${namespace}`);
    expect(object['metadata']).toMatchObject({
      labels: { 'cloister.dev/tenant': tenant, 'pod-security.kubernetes.io/enforce': expect.any(String) },
    });
    for (const policy of ['cloister-default-deny', 'cloister-allow-gateway']) {
      const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${policy}`;
      const { spec } = (await world.calls.read(path)).object as { spec?: { egress?: readonly object[] } };
      expect(spec?.egress ?? []).not.toContainEqual({});
    }
  }, WAIT);
}

async function isGone(world: FaultWorld, tenant: string, namespace: string): Promise<void> {
  await vi.waitFor(async () => {
    expect((await world.calls.read(`/api/v1/namespaces/cloister-t-${tenant}`)).status).toBe(404);
    expect(await managedIn(world.controlPlane, namespace)).toEqual([]);
    expect(await podsOf(world, namespace)).toEqual([]);
    const { object } = await world.calls.read(`/api/v1/namespaces/${namespace}`);
    const { labels } = object['metadata'] as { labels?: Record<string, string> };
    expect(labels?.['cloister.dev/tenant']).toBeUndefined();
  }, WAIT);
}

/** The reason of a condition of a sandbox or tenant. */
async function reasonOf({ calls }: FaultWorld, path: string, type: string): Promise<string | undefined> {
  const { status } = (await calls.read(path)).object as Pick<AgentSandbox, 'status'>;
  return status?.conditions?.find((condition) => condition.type === type)?.reason;
}

async function podsOf({ calls }: FaultWorld, namespace: string): Promise<readonly Named[]> {
  return (await calls.read(`/api/v1/namespaces/${namespace}/pods`)).object['items'] as readonly Named[];
}

async function uidsOf({ calls }: FaultWorld, namespace: string): Promise<ReadonlyMap<string, string>> {
  const items = (await calls.read(SANDBOXES(namespace))).object['items'] as readonly Named[];
  return new Map(items.map(({ metadata: { name, uid } }) => [name, uid]));
}

async function writesNothing(world: FaultWorld): Promise<void> {
  const operator = await world.startOperator();
  await vi.waitFor(async () => expect(await operator.isLeader()).toBe(true), WAIT);
  await operator.ready();
  await new Promise((resolve) => setTimeout(resolve, QUIET_MILLISECONDS));
  expect(operator.writes()).toEqual([]);
  expect(await operator.log()).not.toContain('"level":"error"');
  await world.stopOperator(operator, 10_000);
}
