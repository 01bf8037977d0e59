import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../src/lib/clock.ts';
import { planIsolation } from '../../../src/policy/database/plan-isolation.ts';
import { tenantRoleName, writerRoleName } from '../../../src/policy/database/role-names.ts';
import type { WantedIsolation } from '../../../src/policy/database/wanted-isolation.ts';
import { applyPlan } from '../../../src/postgres/apply-plan.ts';
import type { DatabaseSession } from '../../../src/postgres/database-session.ts';
import { openDatabase } from '../../../src/postgres/open-database.ts';
import { createProbeLogin } from '../../../src/postgres/probe-login.ts';
import { readCatalog } from '../../../src/postgres/read-catalog.ts';
import { type StartedPostgres, startPostgres } from '../../testbed/postgres/start-postgres.ts';
import type { Bench } from '../bar.ts';
import { interleave, type Rounds } from '../statistics.ts';

export interface TenancyScale {
  readonly rows: number;
  readonly tenants: number;
  readonly rounds: number;
}

/** What a query cost, and how it was run. */
export interface QueryCost {
  /** Pages that were read, those of the policies with them. */
  readonly buffers: number;
  readonly milliseconds: number;
  /** Whether a condition on the tenant column found the rows in the index. */
  readonly hasIndexCondition: boolean;
}

/** What was measured on tables that tenants share by rows. */
export interface TenancyFigures {
  /** The rows of one tenant by the index: as its login, and as a superuser with the value in the query. */
  readonly byIndex: { readonly policy: QueryCost; readonly literal: QueryCost };
  /** Milliseconds of the same two, on a table without the index. */
  readonly scan: Rounds;
  /** Statements and transactions that protected a table, for the first tenant of it and for the last. */
  readonly plans: Readonly<
    Record<'first' | 'last', { readonly statements: number; readonly transactions: number }>
  >;
  /** Statements of a second plan for every tenant. */
  readonly resyncStatements: number;
  /** Milliseconds of reading and planning for one tenant among all. */
  readonly resyncMilliseconds: number;
}

/** Declared tables, one with an index on the tenant column. */
const TABLES = ['indexed', 'unindexed'] as const;

/** Shares tables among all tenants, and measures what the policies cost one of them. */
export async function measureTenancy(
  { rows, tenants, rounds }: TenancyScale,
  report: Bench['report'],
): Promise<TenancyFigures> {
  const postgres = await startPostgres({ version: 18, settings: { shared_buffers: '768MB', jit: 'off' } });
  try {
    const admin = await openDatabase({
      place: postgres.place(),
      login: postgres.admin,
      clock: systemClock,
      statementMilliseconds: 600_000,
    });
    await createTables(admin, rows, tenants);
    report(`tenancy: ${rows} rows of ${tenants} tenants are there`);
    const all = Array.from({ length: tenants }, (_, index) => wantedOf(postgres, index));
    const plans = await isolateAll(admin, all);
    report('tenancy: all tenants are isolated');
    const resync = await planAll(admin, all);
    const tenant = all[tenants >> 1];
    if (tenant === undefined) throw new Error('there is no tenant');
    const costs = await measureQueries({ postgres, admin, tenant, rounds });
    await admin.close();
    return { ...costs, plans, ...resync };
  } finally {
    await postgres.stop();
  }
}

/** The rows of the tenants follow one another in turn, as those of an application do over time. */
async function createTables({ query }: DatabaseSession, rows: number, tenants: number): Promise<void> {
  for (const table of TABLES) {
    await query(`CREATE TABLE public.${table} (tenant_id uuid NOT NULL, id integer NOT NULL, note text)`);
    await query(
      `INSERT INTO public.${table} SELECT lpad(to_hex(n % $1::int), 32, '0')::uuid, n, repeat('x', 60) FROM generate_series(0, $2::int - 1) n`,
      [tenants, rows],
    );
  }
  await query('CREATE INDEX ON public.indexed (tenant_id)');
  await query('CREATE ROLE app_owner');
  for (const table of TABLES) {
    await query(`ALTER TABLE public.${table} OWNER TO app_owner`);
    await query(`VACUUM (ANALYZE) public.${table}`);
  }
}

function wantedOf(postgres: StartedPostgres, index: number): WantedIsolation {
  const { host, port, database } = postgres.place();
  const uid = `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
  return {
    tenant: `tenant-${index}`,
    roles: { reader: tenantRoleName(uid), writer: writerRoleName(uid) },
    place: { host, port, database },
    sharing: {
      strategy: 'RowLevel',
      column: 'tenant_id',
      value: valueOf(index),
      tables: TABLES.map((name) => ({ schema: 'public', name })),
    },
    canary: null,
    trustedLogins: [],
  };
}

function valueOf(index: number): string {
  return index
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

async function isolateAll(
  admin: DatabaseSession,
  tenants: readonly WantedIsolation[],
): Promise<TenancyFigures['plans']> {
  const counts = [];
  for (const wanted of tenants) {
    const plan = planIsolation(await readCatalog(admin, wanted), wanted, []);
    const { failure } = await applyPlan(admin, plan);
    if (plan.refusals.length > 0 || failure !== null)
      throw new Error(`${wanted.tenant}: ${failure?.error.serverMessage ?? JSON.stringify(plan.refusals)}`);
    const ofTable = plan.transactions.filter(({ object }) => object === 'table public.indexed');
    const statements = ofTable.flatMap((one) => one.statements).length;
    counts.push({ statements, transactions: ofTable.length });
  }
  const [first, last] = [counts[0], counts.at(-1)];
  if (first === undefined || last === undefined) throw new Error('there is no tenant');
  return { first, last };
}

async function planAll(
  admin: DatabaseSession,
  tenants: readonly WantedIsolation[],
): Promise<Pick<TenancyFigures, 'resyncStatements' | 'resyncMilliseconds'>> {
  let resyncStatements = 0;
  const begin = performance.now();
  for (const wanted of tenants) {
    const { transactions } = planIsolation(await readCatalog(admin, wanted), wanted, []);
    resyncStatements += transactions.flatMap(({ statements }) => statements).length;
  }
  return { resyncStatements, resyncMilliseconds: (performance.now() - begin) / tenants.length };
}

async function measureQueries({
  postgres,
  admin,
  tenant,
  rounds,
}: {
  readonly postgres: StartedPostgres;
  readonly admin: DatabaseSession;
  readonly tenant: WantedIsolation;
  readonly rounds: number;
}): Promise<Pick<TenancyFigures, 'byIndex' | 'scan'>> {
  const value = tenant.sharing.strategy === 'RowLevel' ? tenant.sharing.value : '';
  const login = await createProbeLogin(admin, tenant.roles.reader, randomBytes);
  const session = await openDatabase({ place: postgres.place(), login, clock: systemClock });
  await session.query("SELECT set_config('cloister.tenant', $1, false)", [value]);
  const byPolicy = (table: string) => explain(session, `SELECT count(note) FROM public.${table}`);
  const byLiteral = (table: string) =>
    explain(admin, `SELECT count(note) FROM public.${table} WHERE tenant_id = '${value}'`);
  try {
    // The first ones fill the caches of the sessions.
    for (const table of TABLES) await Promise.all([byPolicy(table), byLiteral(table)]);
    const byIndex = { policy: await byPolicy('indexed'), literal: await byLiteral('indexed') };
    const timeOf = (run: typeof byPolicy) => async () => (await run('unindexed')).milliseconds;
    return { byIndex, scan: await interleave(rounds, timeOf(byPolicy), timeOf(byLiteral)) };
  } finally {
    await session.close();
  }
}

interface ExplainedNode {
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

async function explain({ query }: DatabaseSession, text: string): Promise<QueryCost> {
  const { rows } = await query<{
    'QUERY PLAN': readonly { readonly Plan: ExplainedNode; readonly 'Execution Time': number }[];
  }>(`EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${text}`);
  const plan = rows[0]?.['QUERY PLAN'][0];
  if (plan === undefined) throw new Error('EXPLAIN returned no plan');
  return {
    buffers: plan.Plan['Shared Hit Blocks'] + plan.Plan['Shared Read Blocks'],
    milliseconds: plan['Execution Time'],
    hasIndexCondition: /"Index Cond":"[^"]*tenant_id/.test(JSON.stringify(plan)),
  };
}
