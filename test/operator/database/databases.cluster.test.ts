import { connect } from 'node:net';
import { Registry } from 'prom-client';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { systemClock } from '../../../src/lib/clock.ts';
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

/** Moves the operator's time on, so that nobody waits for an hour. */
const time = { offset: 0 };
const clock = { ...systemClock, now: () => systemClock.now() + time.offset };

const begin = () => cluster.start({ network, clock, registry: new Registry() });

async function run(text: string): Promise<void> {
  const client = await postgres.connect('crm');
  await client.query(text);
  await client.end();
}

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

beforeAll(async () => {
  const client = await postgres.connect();
  await client.query('CREATE DATABASE crm');
  await client.end();
  await run(
    "CREATE ROLE app NOLOGIN; CREATE TABLE public.orders (id bigint PRIMARY KEY, tenant_id integer NOT NULL, note text); ALTER TABLE public.orders OWNER TO app; INSERT INTO public.orders VALUES (1, 1, 'of 1'), (2, 2, 'of 2')",
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
    const before = await rows(
      "SELECT oid, xmin FROM pg_class, LATERAL (SELECT pg_class.xmin) x WHERE relname = 'orders'",
    );
    const again = await begin();
    await vi.waitFor(
      () => expect([again.operator.synced(), again.operator.isLeader()]).toEqual([true, true]),
      WAIT,
    );
    await says('acme', 'Proven');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(again.writes).toEqual([]);
    expect(again.errors).toEqual([]);
    expect(
      await rows("SELECT oid, xmin FROM pg_class, LATERAL (SELECT pg_class.xmin) x WHERE relname = 'orders'"),
    ).toEqual(before);
  });
});
