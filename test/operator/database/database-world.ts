import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import type { DatabaseContext } from '../../../src/operator/database/database-context.ts';
import type { DatabaseTask, DatabaseVerdict } from '../../../src/operator/database/database-isolation.ts';
import { createDatabaseReports, databasePart } from '../../../src/operator/database/database-reports.ts';
import { createDatabaseReconciler } from '../../../src/operator/database/reconcile-database.ts';
import { DATABASE_RECORD } from '../../../src/policy/database/database-record.ts';
import { ADMIN_BINDING, buildDatabase } from '../../build/database.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

export const HOUR = 3_600_000;
const START = Date.parse('2026-11-23T12:00:00Z');
export const UID = 'b1b5c1de-4c1f-4f3d-9d8e-0d2f6f3b7c01';

export const PROVEN: DatabaseVerdict = { outcome: 'Proven', attacks: 31, findings: [], statements: 0 };

/** A stored tenant with a database. */
export function tenantWithDatabase(
  name = 'acme',
  tweak: (tenant: TenantIsolation) => void = () => {},
): TenantIsolation & KubeObject {
  return buildTenantIsolation((one) => {
    one.metadata = { name, uid: UID, generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
    one.spec.database = buildDatabase();
    one.spec.credentials = [ADMIN_BINDING];
    tweak(one);
  });
}

/** The databases of tenants on an API server in memory, whose caches see every write, with an isolation that says what it is told to. */
export function databaseWorld() {
  const memory = createMemoryKubeClient();
  const clock = createManualClock(START);
  const tenants = new Map<string, TenantIsolation & KubeObject>();
  const homes = new Map<string, KubeObject>();
  const sandboxes: KubeObject[] = [];
  const resolved: string[] = ['10.1.2.3'];
  const told: string[] = [];
  const events: string[] = [];
  const isolated: DatabaseTask[] = [];
  const removed: DatabaseTask[] = [];
  const state: { verdict: () => DatabaseVerdict; remove: () => void; resolve: () => readonly string[] } = {
    verdict: () => PROVEN,
    remove: () => undefined,
    resolve: () => resolved,
  };
  const place = (tenant: string): string => `cloister-t-${tenant}`;
  const records = new Map<string, KubeObject & { data: Record<string, string> }>();
  const client: DatabaseContext['client'] = {
    ...memory.client,
    apply: async (resource, object, write) => {
      const answer = await memory.client.apply(resource, object, write);
      records.set(object.metadata.namespace ?? '', object as never);
      return answer;
    },
    delete: async (resource, name, preconditions) => {
      await memory.client.delete(resource, name, preconditions);
      records.delete(name.namespace ?? '');
    },
  };
  const caches = {
    tenants: { get: (_: undefined, name: string) => tenants.get(name), list: () => [...tenants.values()] },
    namespaces: { get: (_: undefined, name: string) => homes.get(name), list: () => [...homes.values()] },
    sandboxes: { list: () => [...sandboxes] },
    configMaps: { get: (namespace: string) => records.get(namespace) },
    clusterServices: { byIndex: () => [{ metadata: {}, spec: { clusterIPs: ['10.96.0.1'] } }] },
    endpointSlices: { byIndex: () => [] },
  } as unknown as DatabaseContext['caches'];
  const databaseReports = createDatabaseReports();
  const context: DatabaseContext = {
    client,
    events: { record: ({ reason, note }) => void events.push(`${reason}: ${note}`) },
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    clock,
    caches,
    isolation: {
      isolate: async (task) => {
        isolated.push(task);
        // A database that cannot be reached rejects before anything is asked.
        const verdict = state.verdict();
        const problem = (await task.confirm?.()) ?? null;
        if (problem === null) return verdict;
        return { outcome: 'PlanRefused', problems: [problem.message], findings: [], statements: 0 };
      },
      remove: async (task) => {
        removed.push(task);
        state.remove();
        return null;
      },
    },
    staticLogins: null,
    hostAddresses: { resolve: async () => state.resolve() },
    connectAddress: () => Promise.reject(new Error('nothing connects here')),
    databaseReports,
    onReport: (tenant) => void told.push(tenant),
    probeMilliseconds: HOUR,
  };
  const password = Buffer.from('secret-1').toString('base64');
  const reconcile = createDatabaseReconciler(context);
  return {
    memory,
    clock,
    state,
    told,
    events,
    isolated,
    removed,
    sandboxes,
    records,
    context,
    put: (tenant: TenantIsolation & KubeObject): void => void tenants.set(tenant.metadata.name, tenant),
    drop: (tenant: string): void => void tenants.delete(tenant),
    /** Gives a tenant its system namespace, with the Secret of the admin login in it. */
    house: (tenant = 'acme', annotations: Record<string, string> = {}): void => {
      const metadata = { name: place(tenant), labels: { 'cloister.dev/system': tenant }, annotations };
      homes.set(place(tenant), { metadata });
      const data = { username: Buffer.from('admin').toString('base64'), password };
      memory.put('secrets/crm-admin', { metadata: { name: 'crm-admin' }, data } as KubeObject);
    },
    run: (tenant = 'acme') => reconcile(tenant, new AbortController().signal),
    /** What the status would say. */
    part: (tenant = 'acme') => {
      const found = tenants.get(tenant);
      if (found === undefined) throw new Error(`there is no tenant ${tenant}`);
      return databasePart(found, context);
    },
    recordOf: (tenant = 'acme') => records.get(place(tenant))?.data[DATABASE_RECORD.key],
  };
}

/** A world with a tenant that has a database, and its system namespace. */
export function housed() {
  const world = databaseWorld();
  world.put(tenantWithDatabase());
  world.house();
  return world;
}

/** The reason and the message of `DatabaseIsolated`. */
export const reasonOf = (world: ReturnType<typeof databaseWorld>, tenant?: string) =>
  world.part(tenant)?.conditions[0]?.reason;
export const messageOf = (world: ReturnType<typeof databaseWorld>, tenant?: string) =>
  world.part(tenant)?.conditions[0]?.message ?? '';
