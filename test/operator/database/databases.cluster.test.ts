import { connect } from 'node:net';
import { Registry } from 'prom-client';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import type { ConnectAddress } from '../../../src/operator/database/find-addresses.ts';
import { tenantRoleName } from '../../../src/policy/database/role-names.ts';
import { ADMIN_BINDING, buildDatabase } from '../../build/database.ts';
import { NAMESPACES } from '../../e2e/enrolled-tenants.ts';
import { changeTenant, listed, TENANTS } from '../../e2e/tenants.ts';
import { usePostgres } from '../../testbed/postgres/use-postgres.ts';
import { useTenantCluster, WAIT } from '../use-tenant-cluster.ts';

const cluster = useTenantCluster();
const { calls, statusOf } = cluster;
const postgres = usePostgres({ version: 18 });
const ADDRESS = '10.20.30.40';

/** The database is at a private address for the operator, which leads to the server of this test, or to where nothing listens. */
const place = { isUp: true };
const network = {
  resolveHost: () => Promise.resolve([ADDRESS]),
  connectAddress: ((address) => {
    if (address !== ADDRESS) throw new Error(`${address} is not the database`);
    const socket = connect({ host: '127.0.0.1', port: place.isUp ? postgres.port : 1 });
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(socket)).once('error', reject);
    });
  }) satisfies ConnectAddress,
};

/** Starts the operator, which tries each database at once: nobody waits for an hour. */
const begin = (registry = new Registry()) => cluster.start({ network, registry });

async function rows(text: string): Promise<readonly Record<string, unknown>[]> {
  const client = await postgres.connect('crm');
  const { rows: found } = await client.query<Record<string, unknown>>(text);
  await client.end();
  return found;
}

async function makeTenant(name: string, tenantValue: string): Promise<void> {
  await cluster.makeNamespace(`${name}-agents`);
  const database = buildDatabase({
    tenantValue,
    connection: {
      ...buildDatabase().connection,
      port: postgres.port,
      caBundle: Buffer.from(postgres.authority).toString('base64'),
    },
  });
  const spec = {
    namespaces: [listed(`${name}-agents`)],
    roles: { allowed: ['read-only'] },
    onEgressOpen: 'Report',
    adopt: 'Report',
    credentials: [ADMIN_BINDING],
    database,
  };
  const type = { apiVersion: 'cloister.dev/v1alpha1', kind: 'TenantIsolation' };
  const made = await calls().create(TENANTS, { ...type, metadata: { name }, spec });
  expect([made.status, made.message]).toEqual([201, expect.anything()]);
  const secrets = `${NAMESPACES}/cloister-t-${name}/secrets`;
  const stringData = { username: postgres.adminUser, password: postgres.adminPassword };
  await vi.waitFor(async () => {
    const answer = await calls().create(secrets, { metadata: { name: 'crm-admin' }, stringData });
    expect([201, 409]).toContain(answer.status);
  }, WAIT);
}

type Status = NonNullable<TenantIsolation['status']>;

const conditionOf = ({ conditions }: Status) => conditions?.find(({ type }) => type === 'DatabaseIsolated');

/** Waits until the database of a tenant is as it says; returns the whole status. */
async function says(tenant: string, reason: string): Promise<Status> {
  return vi.waitFor(async () => {
    const status = await statusOf(tenant);
    const { reason: found, message } = conditionOf(status) ?? {};
    expect(`${found}: ${message}`).toMatch(new RegExp(`^${reason}: `));
    return status;
  }, WAIT);
}

async function loginsOf(tenant: string): Promise<unknown> {
  const path = `${NAMESPACES}/cloister-t-${tenant}/configmaps/cloister-feed-tenant`;
  const { object } = await calls().read(path);
  const data = (object['data'] ?? {}) as Record<string, string>;
  return (JSON.parse(data['tenant.json'] ?? '{}') as { databaseLogins?: unknown }).databaseLogins;
}

const isIssued = (tenant: string, logins: 'Issued' | 'Withheld') =>
  vi.waitFor(async () => expect(await loginsOf(tenant)).toBe(logins), WAIT);

const roleOf = async (tenant: string): Promise<string> =>
  tenantRoleName((await cluster.identity(`${TENANTS}/${tenant}`)).uid);

const roleNames = async (): Promise<unknown[]> =>
  (await rows("SELECT rolname FROM pg_roles WHERE rolname ~ '^cloister_t_' ORDER BY 1")).map(
    ({ rolname }) => rolname,
  );

const RECORD = (tenant: string): string => `${NAMESPACES}/cloister-t-${tenant}/configmaps/cloister-database`;

const lastRole = async (): Promise<number> => {
  await rows('CREATE ROLE next');
  const [found] = await rows("SELECT oid FROM pg_roles WHERE rolname = 'next'");
  await rows('DROP ROLE next');
  return Number(found?.['oid']);
};

/** The versions of what isolates, each of which a write makes anew. */
async function catalog() {
  const versions = await rows(
    "SELECT polname AS name, xmin::text AS version FROM pg_policy UNION ALL SELECT relname, xmin::text FROM pg_class WHERE relname IN ('orders', 'tenant') ORDER BY 1",
  );
  return { versions, lastRole: await lastRole() };
}

beforeAll(async () => {
  const client = await postgres.connect();
  await client.query('CREATE DATABASE crm');
  await client.end();
  await rows(
    "CREATE ROLE app NOLOGIN; CREATE TABLE public.orders (id bigint, tenant_id integer NOT NULL, note text, PRIMARY KEY (tenant_id, id)); ALTER TABLE public.orders OWNER TO app; INSERT INTO public.orders VALUES (1, 1, 'of 1'), (2, 2, 'of 2')",
  );
});

describe('the database of a tenant', () => {
  test('is set up and proven, its gateway may have logins made, and only at its address', async () => {
    await begin();
    await makeTenant('acme', '1');
    const status = await says('acme', 'Proven');
    expect(status.database).toMatchObject({ roleName: await roleOf('acme') });
    await isIssued('acme', 'Issued');
    const path = '/apis/networking.k8s.io/v1/namespaces/cloister-t-acme/networkpolicies/cloister-gateway';
    const { egress } = (await calls().read(path)).object['spec'] as { egress: unknown[] };
    expect(egress).toContainEqual({
      to: [{ ipBlock: { cidr: `${ADDRESS}/32` } }],
      ports: [{ protocol: 'TCP', port: postgres.port }],
    });
  });

  test('is no reason to give the admin login to the gateway', async () => {
    const path =
      '/apis/rbac.authorization.k8s.io/v1/namespaces/cloister-t-acme/roles/cloister-gateway-secrets';
    expect((await calls().read(path)).object['rules'] ?? []).toEqual([]);
    const feed = await calls().read(`${NAMESPACES}/cloister-t-acme/configmaps/cloister-feed-tenant`);
    expect(JSON.stringify(feed.object)).not.toContain('username');
  });

  test('is not written by an operator that begins to lead, nor is anything of the API server', async () => {
    const before = await catalog();
    const again = await begin();
    const { synced, isLeader } = again.operator;
    await vi.waitFor(() => expect([synced(), isLeader()]).toEqual([true, true]), WAIT);
    // The probe takes a new object identifier, by which it is seen that it was tried.
    await vi.waitFor(async () => expect(await lastRole()).toBeGreaterThan(before.lastRole + 1), WAIT);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(again.writes).toEqual([]);
    expect(again.errors).toEqual([]);
    expect((await catalog()).versions).toEqual(before.versions);
  });

  test('that has a hole is found when it is tried, logins are withheld, and come back when it is mended', async () => {
    const registry = new Registry();
    await rows('CREATE VIEW public.all_orders AS SELECT * FROM public.orders');
    await rows('GRANT SELECT ON public.all_orders TO PUBLIC');
    await begin(registry);
    const { database } = await says('acme', '(Reached|FindingsFound)');
    expect(database?.findings?.map(({ object }) => object).join()).toContain('public.all_orders');
    await isIssued('acme', 'Withheld');
    const gauge = 'cloister_tenant_database_isolated{tenant="acme"}';
    await vi.waitFor(async () => expect(await registry.metrics()).toContain(`${gauge} 0`), WAIT);
    await rows('DROP VIEW public.all_orders');
    await begin();
    await says('acme', 'Proven');
    await isIssued('acme', 'Issued');
  });

  test('that is down is unreachable, and nothing of what was set up is forgotten', async () => {
    place.isUp = false;
    await begin();
    await says('acme', 'Unreachable');
    await isIssued('acme', 'Withheld');
    expect((await calls().read(RECORD('acme'))).status).toBe(200);
    place.isUp = true;
    await begin();
    await says('acme', 'Proven');
    await isIssued('acme', 'Issued');
  });

  test('that an older tenant has declared is a conflict of the younger one, until it declares another', async () => {
    await begin();
    await makeTenant('globex', '1');
    const { conditions } = await says('globex', 'Conflict');
    expect(conditions?.find(({ type }) => type === 'DatabaseIsolated')?.message).toContain('"acme"');
    await isIssued('globex', 'Withheld');
    expect((await calls().read(RECORD('globex'))).status).toBe(404);
    await changeTenant(calls(), 'globex', ({ database }) => ({
      database: { ...database!, tenantValue: '2' },
    }));
    await says('globex', 'Proven');
    await isIssued('globex', 'Issued');
    await says('acme', 'Proven');
  });

  test('is left when it is not asked for any more, and no row goes', async () => {
    await begin();
    const role = await roleOf('globex');
    await changeTenant(calls(), 'globex', () => ({ database: null as never }));
    await vi.waitFor(async () => expect(await roleNames()).not.toContain(role), WAIT);
    await vi.waitFor(async () => expect(conditionOf(await statusOf('globex'))).toBeUndefined(), WAIT);
    await vi.waitFor(async () => expect((await calls().read(RECORD('globex'))).status).toBe(404), WAIT);
    expect(await rows('SELECT count(*)::int AS count FROM public.orders')).toEqual([{ count: 2 }]);
  });

  test('keeps the system namespace of a tenant that is gone until it is left, and then nothing is left', async () => {
    place.isUp = false;
    await begin();
    await calls().remove(`${TENANTS}/acme`);
    await vi.waitFor(async () => {
      const { object } = await calls().read(`${NAMESPACES}/acme-agents`);
      expect(JSON.stringify(object['metadata'])).not.toContain('cloister.dev/tenant');
    }, WAIT);
    expect((await calls().read(RECORD('acme'))).status).toBe(200);
    place.isUp = true;
    await begin();
    await vi.waitFor(async () => expect(await roleNames()).toEqual([]), WAIT);
    await vi.waitFor(async () => {
      const { status, object } = await calls().read(`${NAMESPACES}/cloister-t-acme`);
      const isLeaving = status === 404 || 'deletionTimestamp' in (object['metadata'] as object);
      expect(isLeaving).toBe(true);
    }, WAIT);
  });
});
