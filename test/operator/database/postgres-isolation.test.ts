import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
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

    test('each is proven, and a second time no statement is run', async () => {
      expect(await isolate(acme(), signal)).toMatchObject({ outcome: 'Proven' });
      expect(await isolate(globex(), signal)).toMatchObject({ outcome: 'Proven' });
      expect(await isolate(acme(), signal)).toMatchObject({ outcome: 'Proven', statements: 0 });
    });
  },
  { version: 18 },
);
