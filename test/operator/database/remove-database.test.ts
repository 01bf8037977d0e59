import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { DatabaseError } from '../../../src/postgres/database-error.ts';
import { buildDatabase } from '../../build/database.ts';
import { housed, messageOf, reasonOf, tenantWithDatabase, UID } from './database-world.ts';

const { connection } = buildDatabase();
const MOVED = { ...connection, host: 'other.example.com' };

test('of two tenants that claim the same the younger one gets nothing, and what it had is taken away', async () => {
  const world = housed();
  await world.run();
  world.put(
    tenantWithDatabase('older', ({ metadata }) => {
      metadata.creationTimestamp = '2025-01-01T00:00:00Z';
      metadata.uid = `${UID.slice(0, -1)}2`;
    }),
  );
  world.house('older');
  await world.run();
  expect(reasonOf(world)).toBe('Conflict');
  expect(messageOf(world)).toContain('TenantIsolation "older" is older');
  expect([world.removed.length, world.recordOf()]).toEqual([1, undefined]);
  await world.run('older');
  expect(reasonOf(world, 'older')).toBe('Proven');
});

test('when the tenant goes, what was set up is taken away, and then its record', async () => {
  const world = housed();
  await world.run();
  world.drop('acme');
  await world.run();
  expect(world.removed).toMatchObject([{ uid: UID, place: { host: 'database.example.com' } }]);
  expect(world.recordOf()).toBeUndefined();
});

test('the roles of a tenant that is gone stay until no sandbox has an identity of it', async () => {
  const world = housed();
  await world.run();
  world.drop('acme');
  world.sandboxes.push({
    metadata: { namespace: 'acme-agents', name: 'hermes' },
    status: { vaultRole: 'cloister.acme.acme-agents.hermes' },
  } as KubeObject);
  expect(await world.run()).toEqual({ requeueAfterMilliseconds: 30_000 });
  expect(world.removed).toEqual([]);
  world.sandboxes.pop();
  await world.run();
  expect([world.removed.length, world.recordOf()]).toEqual([1, undefined]);
});

test('when the database is not asked for any more, what was set up is taken away, and nothing is said of it', async () => {
  const world = housed();
  await world.run();
  world.put(tenantWithDatabase('acme', ({ spec }) => (spec.database = undefined)));
  await world.run();
  expect([world.removed.length, world.recordOf(), world.part()]).toEqual([1, undefined, null]);
});

test('a tenant that moves to another server is taken from the first one before', async () => {
  const world = housed();
  await world.run();
  world.put(tenantWithDatabase('acme', ({ spec }) => (spec.database = buildDatabase({ connection: MOVED }))));
  world.state.remove = () => expect(world.isolated).toHaveLength(1);
  await world.run();
  expect(world.removed.map(({ place }) => place.host)).toEqual(['database.example.com']);
  expect(world.isolated.map(({ place }) => place.host)).toEqual([
    'database.example.com',
    'other.example.com',
  ]);
  expect(reasonOf(world)).toBe('Proven');
});

test('what cannot be taken away stays recorded and is tried again, and nothing else is set up before', async () => {
  const world = housed();
  await world.run();
  world.put(tenantWithDatabase('acme', ({ spec }) => (spec.database = buildDatabase({ connection: MOVED }))));
  world.state.remove = () => {
    throw new DatabaseError('database "crm"', { reason: 'Unreachable', problem: 'it is down' });
  };
  expect(await world.run()).toEqual({ requeueAfterMilliseconds: 30_000 });
  expect(world.recordOf()).toContain('database.example.com');
  expect([reasonOf(world), world.isolated.length]).toEqual(['Unreachable', 1]);
  expect(messageOf(world)).toContain('is not taken away yet');
});

test('a person can let what cannot be taken away stay behind, and an event says what', async () => {
  const world = housed();
  await world.run();
  world.drop('acme');
  world.state.remove = () => {
    throw new DatabaseError('database "crm"', { reason: 'Unreachable', problem: 'it is down' });
  };
  await world.run();
  expect(world.recordOf()).toBeDefined();
  world.house('acme', { 'cloister.dev/force-release': 'It is lost.' });
  await world.run();
  expect(world.recordOf()).toBeUndefined();
  expect(world.events).toEqual([expect.stringMatching(/^ForceReleased: .*database "crm"/)]);
});

test('a record that cannot be read is never replaced', async () => {
  const world = housed();
  await world.run();
  const [[namespace, record] = ['', undefined]] = world.records;
  const data = { 'database.json': '{"format":7}' };
  world.records.set(namespace, { ...record!, data });
  const fresh = tenantWithDatabase(
    'acme',
    ({ spec }) => (spec.database = buildDatabase({ connection: MOVED })),
  );
  world.put(fresh);
  await world.run();
  expect([reasonOf(world), world.isolated.length, world.removed.length]).toEqual(['PlanRefused', 1, 0]);
  expect(messageOf(world)).toContain('format is 7; this operator knows 1');
});
