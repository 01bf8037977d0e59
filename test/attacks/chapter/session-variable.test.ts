import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/lib/secret.ts';
import { TENANT_SETTING } from '../../../src/policy/database/session-tenant.ts';
import type { DatabaseSession } from '../../../src/postgres/database-session.ts';
import { createProbeLogin } from '../../../src/postgres/probe-login.ts';
import { useTenantDatabase } from '../../postgres/tenant-database.ts';
import { describeEachPostgres } from '../../testbed/postgres/use-postgres.ts';

// Section 67.4.2 filters rows by a variable of the session. Whoever sends SQL sets it.

const TABLE = `CREATE TABLE public.agent_conversations (
  tenant_id text NOT NULL, id integer NOT NULL, body text, PRIMARY KEY (tenant_id, id));
INSERT INTO public.agent_conversations VALUES ('acme', 1, 'of acme'), ('rival', 2, 'of the rival');
ALTER TABLE public.agent_conversations OWNER TO app_owner;`;

/** The idea of the chapter: one policy, which compares the column with the variable. */
const POLICY = `ALTER TABLE public.agent_conversations ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON public.agent_conversations
  USING (tenant_id = current_setting('app.current_tenant_id', true));`;

const READ = "SELECT body FROM public.agent_conversations WHERE tenant_id = 'rival'";
const OWN = "SELECT body FROM public.agent_conversations WHERE tenant_id = 'acme'";

/** What an agent of `acme` sends to become the other tenant. */
const attacksOn = (variable: string): readonly (readonly [name: string, statement: string])[] => [
  ['SET', `SET ${variable} = 'rival'`],
  ['set_config', `SELECT set_config('${variable}', 'rival', false)`],
  ['a comment before SET', `/* report */ SET ${variable} TO 'rival'`],
  ['a block of code', `DO $$ BEGIN PERFORM set_config('${variable}', 'rival', false); END $$`],
];

const VARIABLE = 'app.current_tenant_id';

describeEachPostgres('an agent that sends SQL', (postgres) => {
  /** Whether the session sees the row of the other tenant; null where a statement was refused. */
  async function reads(session: DatabaseSession, setup: readonly string[]): Promise<boolean | null> {
    try {
      for (const text of setup) await session.query(text);
      return (await session.query(READ)).rowCount > 0;
    } catch {
      return null;
    }
  }

  describe('under a policy on a variable', () => {
    const database = useTenantDatabase(postgres, TABLE + POLICY);
    const password = randomBytes(16).toString('hex');
    let agent: DatabaseSession;

    beforeAll(() =>
      database.run(
        `CREATE ROLE pool LOGIN PASSWORD '${password}'; GRANT SELECT ON public.agent_conversations TO pool;`,
      ),
    );

    beforeEach(async () => {
      agent = await database.open({ user: 'pool', password: new Secret(password) });
      await agent.query(`SET ${VARIABLE} = 'acme'`);
    });

    test('sees its own rows alone, as long as it means well', async () => {
      expect([(await agent.query(OWN)).rowCount, await reads(agent, [])]).toEqual([1, false]);
    });

    test.for(attacksOn(VARIABLE))('reads the rows of another tenant by %s', async ([, statement]) => {
      expect(await reads(agent, [statement])).toBe(true);
    });

    test('reads them although the right to set the variable was revoked', async () => {
      await database.run(`REVOKE SET ON PARAMETER ${VARIABLE} FROM PUBLIC`);
      expect(await reads(agent, [`SET ${VARIABLE} = 'rival'`])).toBe(true);
    });

    test('leaves its tenant to whoever gets the connection from the pool next', async () => {
      await agent.query(`SET ${VARIABLE} = 'rival'`);
      // The next task has this session again, and sets nothing because a line was forgotten.
      expect(await reads(agent, [])).toBe(true);
    });

    test('reads all rows as the owner of the table, for whom the policy does not hold', async () => {
      await database.run('ALTER TABLE public.agent_conversations OWNER TO pool');
      expect(await reads(agent, [])).toBe(true);
    });
  });

  describe('with a login of its own', () => {
    const database = useTenantDatabase(postgres, TABLE);
    let agent: DatabaseSession;
    let own = '';
    let rival = '';

    beforeAll(async () => {
      const tables = [{ schema: 'public', name: 'agent_conversations' }];
      const want = (value: string) =>
        database.want({ strategy: 'RowLevel', column: 'tenant_id', value, tables });
      const [acme, other] = [want('acme'), want('rival')];
      await database.isolate(acme);
      await database.isolate(other);
      own = acme.roles.reader;
      rival = other.roles.reader;
    });

    beforeEach(async () => {
      agent = await database.open(await createProbeLogin(database.admin, own, randomBytes));
      await agent.query(`SET ${TENANT_SETTING} = 'acme'`);
    });

    test('sees its own rows', async () => {
      expect([(await agent.query(OWN)).rowCount, await reads(agent, [])]).toEqual([1, false]);
    });

    test.for(attacksOn(TENANT_SETTING))('reads no row of another tenant by %s', async ([, statement]) => {
      expect(await reads(agent, [statement])).not.toBe(true);
    });

    test('reads none as another role, without row security, or through what it makes', async () => {
      const setups = [
        [`SET ROLE "${rival}"`],
        [`SET SESSION AUTHORIZATION "${rival}"`],
        ['SET row_security = off'],
        ['CREATE TEMP VIEW mine AS SELECT * FROM public.agent_conversations'],
        ['ALTER TABLE public.agent_conversations DISABLE ROW LEVEL SECURITY'],
        ['DROP POLICY cloister_tenant ON public.agent_conversations'],
      ];
      for (const setup of setups) expect([setup, await reads(agent, setup)]).not.toEqual([setup, true]);
    });
  });
});
