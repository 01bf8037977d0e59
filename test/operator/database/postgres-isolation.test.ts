import { connect } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { Secret } from '../../../src/lib/secret.ts';
import type { DatabaseTask } from '../../../src/operator/database/database-isolation.ts';
import { createPostgresIsolation } from '../../../src/operator/database/postgres-isolation.ts';
import { tenantRoleName } from '../../../src/policy/database/role-names.ts';
import { buildDatabase } from '../../build/database.ts';
import { describePostgres } from '../../testbed/postgres/use-postgres.ts';

const ACME = { tenant: 'acme', uid: 'b1b5c1de-4c1f-4f3d-9d8e-0d2f6f3b7c01' };
const GLOBEX = { tenant: 'globex', uid: 'b1b5c1de-4c1f-4f3d-9d8e-0d2f6f3b7c02' };

describePostgres(
  'tenants in one table',
  (postgres) => {
    const { isolate, remove } = createPostgresIsolation(systemClock);
    const { signal } = new AbortController();

    async function query(text: string): Promise<readonly Record<string, unknown>[]> {
      const client = await postgres.connect('crm');
      try {
        return (await client.query<Record<string, unknown>>(text)).rows;
      } finally {
        await client.end();
      }
    }

    const task = (
      one: typeof ACME,
      tenantValue: string,
      others: DatabaseTask['neighbours'] = [],
    ): DatabaseTask => ({
      ...one,
      spec: buildDatabase({ tenantValue }),
      neighbours: others,
      place: { ...postgres.place('crm'), host: 'database.example.com' },
      dial: async () => connect({ host: '127.0.0.1', port: postgres.port }),
      login: postgres.admin,
    });
    const acme = () => task(ACME, '1', [{ ...GLOBEX, spec: buildDatabase({ tenantValue: '2' }) }]);
    const globex = () => task(GLOBEX, '2', [{ ...ACME, spec: buildDatabase({ tenantValue: '1' }) }]);

    beforeAll(async () => {
      const client = await postgres.connect();
      await client.query('CREATE DATABASE crm');
      await client.end();
      await query('CREATE ROLE owner NOLOGIN');
      await query(
        'CREATE TABLE public.orders (id bigint, tenant_id integer NOT NULL, note text, PRIMARY KEY (tenant_id, id))',
      );
      await query('ALTER TABLE public.orders OWNER TO owner');
      await query("INSERT INTO public.orders VALUES (1, 1, 'of 1'), (2, 2, 'of 2')");
    });

    test('nothing is changed before it is confirmed', async () => {
      const problem = { reason: 'PlanRefused', message: 'there is no record of it' } as const;
      const verdict = await isolate({ ...acme(), confirm: async () => problem }, signal);
      expect(verdict).toMatchObject({ outcome: 'PlanRefused', problems: [problem.message], statements: 0 });
      expect(await query("SELECT FROM pg_roles WHERE starts_with(rolname, 'cloister')")).toEqual([]);
      expect(await query("SELECT FROM pg_namespace WHERE nspname = 'cloister'")).toEqual([]);
    });

    test('each is proven, and a second time no statement is run', async () => {
      expect(await isolate(acme(), signal)).toMatchObject({ outcome: 'Proven' });
      expect(await isolate(globex(), signal)).toMatchObject({ outcome: 'Proven' });
      expect(await isolate(acme(), signal)).toMatchObject({ outcome: 'Proven', statements: 0 });
    });

    const policies = async () =>
      (await query("SELECT polname FROM pg_policy WHERE polname ~ '^cloister_' ORDER BY 1")).map(
        ({ polname }) => polname,
      );
    const roles = async () =>
      (await query("SELECT rolname FROM pg_roles WHERE rolname ~ '^cloister_' ORDER BY 1")).map(
        ({ rolname }) => rolname,
      );

    test('a policy that somebody deleted or widened is made again', async () => {
      const before = await policies();
      await query('DROP POLICY cloister_tenant ON public.orders');
      await query('ALTER TABLE public.orders NO FORCE ROW LEVEL SECURITY');
      expect(await isolate(acme(), signal)).toMatchObject({ outcome: 'Proven' });
      expect(await policies()).toEqual(before);
      expect(await isolate(acme(), signal)).toMatchObject({ statements: 0 });
    });

    test('a view that leads past the policies is found, and named with what mends it', async () => {
      await query('CREATE VIEW public.all_orders AS SELECT * FROM public.orders');
      await query('GRANT SELECT ON public.all_orders TO PUBLIC');
      const verdict = await isolate(acme(), signal);
      expect(['Reached', 'FindingsFound']).toContain(verdict.outcome);
      expect(verdict.findings).toContainEqual(
        expect.objectContaining({ object: expect.stringContaining('public.all_orders') as string }),
      );
      await query('DROP VIEW public.all_orders');
      expect(await isolate(acme(), signal)).toMatchObject({ outcome: 'Proven' });
    });

    test('two at the same time do not disturb one another', async () => {
      await query('DROP POLICY cloister_tenant ON public.orders');
      const verdicts = await Promise.all([isolate(acme(), signal), isolate(globex(), signal)]);
      expect(verdicts.map(({ outcome }) => outcome)).toEqual(['Proven', 'Proven']);
    });

    test('a value that another tenant has is a conflict', async () => {
      const uid = `${ACME.uid.slice(0, -1)}9`;
      const third = task({ tenant: 'third', uid }, '2');
      expect(await isolate(third, signal)).toMatchObject({ outcome: 'Conflict' });
    });

    test('a login that may do nothing is refused by name, and nothing is changed', async () => {
      await query("CREATE ROLE weak LOGIN PASSWORD 'weak-1'");
      const before = await policies();
      const login = { user: 'weak', password: new Secret('weak-1') };
      const verdict = await isolate({ ...acme(), login }, signal);
      expect(verdict).toMatchObject({ outcome: 'AdminRefused' });
      expect(await policies()).toEqual(before);
      await expect(
        isolate({ ...acme(), login: { user: 'weak', password: new Secret('x') } }, signal),
      ).rejects.toMatchObject({ reason: 'Refused' });
    });

    test('what was made goes with the tenants, and no row', async () => {
      expect(await remove(acme(), signal)).toBeNull();
      expect(await roles()).not.toContain(tenantRoleName(ACME.uid));
      expect(await roles()).toContain(tenantRoleName(GLOBEX.uid));
      expect(await isolate(globex(), signal)).toMatchObject({ outcome: 'Proven' });
      expect(await remove({ ...globex(), neighbours: [] }, signal)).toBeNull();
      expect(await remove({ ...globex(), neighbours: [] }, signal)).toBeNull();
      expect([await roles(), await policies()]).toEqual([[], []]);
      expect(await query('SELECT count(*)::int AS count FROM public.orders')).toEqual([{ count: 2 }]);
    });
  },
  { version: 18 },
);
