import { expect, test } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import type { EventFacts } from '../../../src/controller/event-object.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { KubeError } from '../../../src/kube/kube-error.ts';
import {
  createRoleReconciler,
  type RoleReconcilerOptions,
} from '../../../src/operator/agent-role/reconcile-role.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';

type StoredRole = AgentRole & KubeObject;

function start() {
  const clock = createManualClock(Date.parse('2026-11-28T12:00:00Z'));
  const memory = createMemoryKubeClient();
  const roles = new Map<string, StoredRole>();
  const events: EventFacts[] = [];
  const judged: string[] = [];
  const options: Omit<RoleReconcilerOptions, 'caches'> = {
    client: memory.client,
    events: { record: (facts) => events.push(facts) },
    clock,
    isKnownProfile: (name) => {
      judged.push(name);
      return name === 'RuntimeDefault';
    },
  };
  const caches = { roles: { get: (_: undefined, name: string) => roles.get(name) } };
  const work = createRoleReconciler({ ...options, caches } as unknown as RoleReconcilerOptions);
  const put = (generation: number, change: (role: StoredRole) => void = () => {}): void => {
    const role = buildAgentRole() as StoredRole;
    Object.assign(role.metadata, { name: 'one', uid: 'uid-1', generation });
    change(role);
    roles.set('one', role);
  };
  const reconcile = () => work('one', new AbortController().signal);
  /** What was written is what the cache has now. */
  const settle = (): void => {
    const { status } = memory.writes.at(-1)!.body as { status: AgentRole['status'] };
    roles.set('one', { ...roles.get('one')!, status });
  };
  return { memory, events, judged, put, reconcile, settle, clock, roles };
}

test('the status of a role is written once for each generation, whole and under its uid', async () => {
  const { memory, put, reconcile, settle, judged } = start();
  put(1);
  await reconcile();
  expect(memory.writes).toMatchObject([
    {
      verb: 'applyStatus',
      what: 'agentroles/one',
      body: {
        metadata: { name: 'one', uid: 'uid-1' },
        status: {
          observedGeneration: 1,
          conditions: [
            { type: 'Accepted', status: 'True', observedGeneration: 1 },
            { type: 'Cooperative', status: 'False' },
          ],
        },
      },
    },
  ]);
  settle();
  await reconcile();
  await reconcile();
  expect(memory.writes).toHaveLength(1);
  expect(judged).toHaveLength(1);
});

test('a refused role is told in an event, once', async () => {
  const { events, put, reconcile, settle } = start();
  put(1, ({ spec }) => void (spec.sandbox.seccompProfile = 'nobodys'));
  await reconcile();
  settle();
  await reconcile();
  expect(events).toMatchObject([
    {
      type: 'Warning',
      reason: 'UnknownSeccompProfile',
      regarding: { kind: 'AgentRole', metadata: { name: 'one', uid: 'uid-1' } },
    },
  ]);
});

test('a role that is changed, replaced or gone meanwhile is no error', async () => {
  const { memory, put, reconcile, events, roles } = start();
  put(1, ({ spec }) => void (spec.sandbox.seccompProfile = 'nobodys'));
  memory.failWith = () => new KubeError('gone', { reason: 'NotFound' });
  await expect(reconcile()).resolves.toEqual({});
  expect(events).toEqual([]);
  roles.delete('one');
  await expect(reconcile()).resolves.toEqual({});
  expect(memory.writes).toHaveLength(1);
});
