import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { planIsolation } from '../../src/policy/database/plan-isolation.ts';
import { tenantRoleName, writerRoleName } from '../../src/policy/database/role-names.ts';
import type { Sharing, WantedIsolation } from '../../src/policy/database/wanted-isolation.ts';
import { applyPlan } from '../../src/postgres/apply-plan.ts';
import type { DatabaseLogin, DatabaseSession } from '../../src/postgres/database-session.ts';
import { openDatabase } from '../../src/postgres/open-database.ts';
import { type ProbeResult, probeIsolation } from '../../src/postgres/probe.ts';
import { readCatalog } from '../../src/postgres/read-catalog.ts';
import type { StartedPostgres } from '../testbed/postgres/start-postgres.ts';

/** A database of a test's own. */
export interface TenantDatabase {
  readonly name: string;
  /** As the superuser. */
  readonly admin: DatabaseSession;
  /** Runs statements as the superuser, several in one text. */
  readonly run: (text: string) => Promise<void>;
  readonly open: (login: DatabaseLogin) => Promise<DatabaseSession>;
  /** What a tenant of a new uid wants. */
  readonly want: (sharing: Sharing, more?: Partial<WantedIsolation>) => WantedIsolation;
  /** Plans and applies. Throws where the plan is refused or fails. */
  readonly isolate: (wanted: WantedIsolation, admin?: DatabaseSession) => Promise<number>;
  readonly probe: (wanted: WantedIsolation, admin?: DatabaseSession) => Promise<ProbeResult>;
}

/** Makes databases for tests of the isolation, and removes them and their roles after each test. */
export function useTenantDatabases(postgres: StartedPostgres): () => Promise<TenantDatabase> {
  const opened: DatabaseSession[] = [];
  const databases: string[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((session) => session.close()));
    const client = await postgres.connect();
    for (const name of databases.splice(0)) await client.query(`DROP DATABASE "${name}" WITH (FORCE)`);
    const { rows } = await client.query<{ name: string }>(
      'SELECT quote_ident(rolname) AS name FROM pg_roles WHERE oid >= 16384',
    );
    if (rows.length > 0) await client.query(`DROP ROLE ${rows.map(({ name }) => name).join(', ')}`);
    await client.end();
  });
  return async () => {
    const name = `db_${randomBytes(4).toString('hex')}`;
    const client = await postgres.connect();
    await client.query(`CREATE DATABASE ${name}`);
    databases.push(name);
    const place = postgres.place(name);
    const open = async (login: DatabaseLogin): Promise<DatabaseSession> => {
      const session = await openDatabase({ place, login, clock: systemClock });
      opened.push(session);
      return session;
    };
    await client.end();
    const superuser = await postgres.connect(name);
    const admin = await open(postgres.admin);
    const isolate: TenantDatabase['isolate'] = async (wanted, as = admin) => {
      const plan = planIsolation(await readCatalog(as, wanted), wanted, []);
      if (plan.refusals.length > 0) throw new Error(JSON.stringify(plan.refusals));
      const applied = await applyPlan(as, plan);
      if (applied.failure !== null)
        throw new Error(`${applied.failure.object}: ${applied.failure.error.serverMessage}`);
      return applied.statements;
    };
    return {
      name,
      admin,
      run: async (text) => void (await superuser.query(text)),
      open,
      want: (sharing, more = {}) => {
        const uid = randomUUID();
        return {
          tenant: `tenant-${uid.slice(0, 8)}`,
          roles: { reader: tenantRoleName(uid), writer: writerRoleName(uid) },
          place: { host: place.host, port: place.port, database: name },
          sharing,
          canary: null,
          trustedLogins: [],
          ...more,
        };
      },
      isolate,
      probe: async (wanted, as = admin) =>
        probeIsolation({
          admin: as,
          facts: await readCatalog(as, wanted),
          wanted,
          place,
          clock: systemClock,
          random: randomBytes,
        }),
    };
  };
}
