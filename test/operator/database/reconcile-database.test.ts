import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { databaseLoginsOf, createDatabaseReports } from '../../../src/operator/database/database-reports.ts';
import { DatabaseError } from '../../../src/postgres/database-error.ts';
import { buildDatabase } from '../../build/database.ts';
import { databaseWorld, HOUR, PROVEN, tenantWithDatabase, UID } from './database-world.ts';

const { connection } = buildDatabase();
const MOVED = { ...connection, host: 'other.example.com' };

function housed() {
  const world = databaseWorld();
  world.put(tenantWithDatabase());
  world.house();
  return world;
}

const reasonOf = (world: ReturnType<typeof databaseWorld>, tenant?: string) =>
  world.part(tenant)?.conditions[0]?.reason;
const messageOf = (world: ReturnType<typeof databaseWorld>, tenant?: string) =>
  world.part(tenant)?.conditions[0]?.message ?? '';

test('a database is set up with the login of its Secret, after its record is written, and is tried again after an hour', async () => {
  const world = housed();
  world.state.verdict = () => {
    expect(world.recordOf()).toContain(UID);
    return PROVEN;
  };
  expect(await world.run()).toEqual({ requeueAfterMilliseconds: HOUR });
  expect(world.isolated).toMatchObject([
    {
      tenant: 'acme',
      uid: UID,
      place: { host: 'database.example.com', port: 5432 },
      login: { user: 'admin' },
    },
  ]);
  expect(world.isolated[0]?.login.password.reveal()).toBe('secret-1');
  expect(reasonOf(world)).toBe('Proven');
  expect(world.told).toEqual(['acme']);
});

test('within the hour nothing is tried, nothing is written, and nobody is told', async () => {
  const world = housed();
  await world.run();
  await world.clock.advance(HOUR / 2);
  expect(await world.run()).toEqual({ requeueAfterMilliseconds: HOUR / 2 });
  expect([world.isolated.length, world.memory.writes.length, world.told.length]).toEqual([1, 1, 1]);
  await world.clock.advance(HOUR / 2);
  await world.run();
  expect([world.isolated.length, world.memory.writes.length]).toEqual([2, 1]);
});

test('an operator that begins to lead writes nothing where nothing has changed', async () => {
  const world = housed();
  await world.run();
  const stored = world.part();
  const tenant = tenantWithDatabase('acme', (one) => {
    const [condition] = stored?.conditions ?? [];
    one.status = {
      conditions: [{ ...condition!, lastTransitionTime: '2026-11-23T12:00:00Z' }],
      database: stored?.fields?.database,
    };
  });
  const again = databaseWorld();
  again.put(tenant);
  again.house();
  for (const [namespace, record] of world.records) again.records.set(namespace, record);
  expect(again.part()).toEqual(stored);
  await again.clock.advance(HOUR / 2);
  await again.run();
  expect(again.memory.writes).toEqual([]);
  expect(again.part()).toEqual(stored);
});

test('until it was tried it is not known, also where the status is about what was declared before', async () => {
  const world = housed();
  await world.run();
  world.put(
    tenantWithDatabase('acme', ({ spec }) => (spec.database = buildDatabase({ trustedLogins: ['app'] }))),
  );
  expect(reasonOf(world)).toBe('NotTried');
  const fresh = { ...world.context, databaseReports: createDatabaseReports() };
  expect(databaseLoginsOf(world.context.caches.tenants.get(undefined, 'acme')!, fresh)).toBe('Withheld');
});

const REACHED = { name: 'read-by-view', object: 'view public.all_orders' };

test.for([
  ['proven', PROVEN, 'Issued', 'Proven'],
  ['nothing can be tried', { ...PROVEN, outcome: 'NothingToTry' }, 'Issued', 'NothingToTry'],
  ['an attack gets through', { ...PROVEN, outcome: 'Reached', attack: REACHED }, 'Revoked', 'Reached'],
  [
    'the structure has a hole',
    { ...PROVEN, outcome: 'FindingsFound', first: REACHED },
    'Revoked',
    'FindingsFound',
  ],
  [
    'the plan is refused',
    { ...PROVEN, outcome: 'PlanRefused', problems: ['no column'] },
    'Withheld',
    'PlanRefused',
  ],
  [
    'the server says that it is taken',
    { ...PROVEN, outcome: 'Conflict', problems: ['taken'] },
    'Revoked',
    'Conflict',
  ],
] as const)('where %s, logins are decided by it', async ([, verdict, logins, reason]) => {
  const world = housed();
  world.state.verdict = () => verdict;
  const { requeueAfterMilliseconds } = await world.run();
  expect(reasonOf(world)).toBe(reason);
  expect(databaseLoginsOf(tenantWithDatabase(), world.context)).toBe(logins);
  expect(requeueAfterMilliseconds).toBe(logins === 'Issued' ? HOUR : 30_000);
});

test('a database that is down is no reason to forget what was set up, and is tried again soon', async () => {
  const world = housed();
  await world.run();
  const before = world.recordOf();
  await world.clock.advance(HOUR);
  world.state.verdict = () => {
    throw new DatabaseError('database "crm"', { reason: 'Unreachable', problem: 'it is down' });
  };
  expect(await world.run()).toEqual({ requeueAfterMilliseconds: 30_000 });
  expect([reasonOf(world), world.recordOf()]).toEqual(['Unreachable', before]);
  expect(messageOf(world)).toContain('database "crm": it is down');
  expect(world.part()?.fields?.database).toMatchObject({
    roleName: expect.stringMatching(/^cloister_t_/) as string,
  });
});

test.for([
  ['refuses the login', 'Refused', 'AdminRefused'],
  ['refuses a statement', 'Denied', 'AdminRefused'],
  ['has no connection left', 'TooManyConnections', 'Unreachable'],
  ['is a replica', 'ReadOnly', 'Unreachable'],
  ['does not give a lock', 'LockTimeout', 'Unreachable'],
] as const)('a database that %s says so', async ([, reason, expected]) => {
  const world = housed();
  world.state.verdict = () => {
    throw new DatabaseError('database "crm"', { reason, problem: 'no' });
  };
  await world.run();
  expect(reasonOf(world)).toBe(expected);
});

test('a fault of the operator is no proof, and is told and thrown', async () => {
  const world = housed();
  await world.run();
  await world.clock.advance(HOUR);
  world.state.verdict = () => {
    throw new TypeError('a fault');
  };
  await expect(world.run()).rejects.toThrow('a fault');
  expect(reasonOf(world)).toBe('Unreachable');
  world.state.verdict = () => PROVEN;
  await world.run();
  expect(reasonOf(world)).toBe('Proven');
});

test.for([
  [
    'no system namespace',
    (world: ReturnType<typeof databaseWorld>) => world.put(tenantWithDatabase()),
    'NotTried',
  ],
  [
    'an admin credential that is not bound',
    (world: ReturnType<typeof databaseWorld>) => {
      world.put(tenantWithDatabase('acme', ({ spec }) => (spec.credentials = [])));
      world.house();
    },
    'AdminRefused',
  ],
  [
    'a host that is the metadata of a cloud',
    (world: ReturnType<typeof databaseWorld>) => {
      world.put(tenantWithDatabase());
      world.house();
      world.state.resolve = () => ['169.254.169.254'];
    },
    'PlanRefused',
  ],
  [
    'a host that is not known',
    (world: ReturnType<typeof databaseWorld>) => {
      world.put(tenantWithDatabase());
      world.house();
      world.state.resolve = () => {
        throw new Error('no such name');
      };
    },
    'Unreachable',
  ],
] as const)('with %s nothing connects', async ([, prepare, reason]) => {
  const world = databaseWorld();
  prepare(world);
  await world.run();
  expect([reasonOf(world), world.isolated]).toEqual([reason, []]);
});

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
