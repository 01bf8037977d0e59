import { expect, test } from 'vitest';
import { databaseLoginsOf, createDatabaseReports } from '../../../src/operator/database/database-reports.ts';
import { DatabaseError } from '../../../src/postgres/database-error.ts';
import { buildDatabase } from '../../build/database.ts';
import {
  databaseWorld,
  HOUR,
  housed,
  messageOf,
  PROVEN,
  reasonOf,
  tenantWithDatabase,
  UID,
} from './database-world.ts';

test('a database is set up with the login of its Secret, with a record of it, and is tried again after an hour', async () => {
  const world = housed();
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
  expect(world.recordOf()).toContain(UID);
  expect(world.told).toEqual(['acme']);
});

test('of a database that was never reached there is no record, and the tenant goes without waiting for it', async () => {
  const world = housed();
  world.state.verdict = () => {
    throw new DatabaseError('database "crm"', { reason: 'Unreachable', problem: 'it is down' });
  };
  await world.run();
  expect([reasonOf(world), world.recordOf()]).toEqual(['Unreachable', undefined]);
  world.drop('acme');
  expect(await world.run()).toEqual({});
  expect(world.removed).toEqual([]);
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
