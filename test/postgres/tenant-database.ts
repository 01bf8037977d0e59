import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import type { Client } from 'pg';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { buildAttacks } from '../../src/policy/database/attacks/build-attacks.ts';
import { findStructure, type Finding } from '../../src/policy/database/lints/index.ts';
import type { IsolationPlan } from '../../src/policy/database/isolation-plan.ts';
import { planIsolation } from '../../src/policy/database/plan-isolation.ts';
import { tenantRoleName, writerRoleName } from '../../src/policy/database/role-names.ts';
import type { Sharing, WantedIsolation } from '../../src/policy/database/wanted-isolation.ts';
import { type AppliedPlan, applyPlan } from '../../src/postgres/apply-plan.ts';
import type { DatabaseLogin, DatabaseSession } from '../../src/postgres/database-session.ts';
import { openDatabase } from '../../src/postgres/open-database.ts';
import { type ProbeResult, probeIsolation } from '../../src/postgres/probe.ts';
import { createProbeLogin, removeProbeLogin } from '../../src/postgres/probe-login.ts';
import { readCatalog } from '../../src/postgres/read-catalog.ts';
import { readTargets } from '../../src/postgres/read-targets.ts';
import { tryAttack } from '../../src/postgres/try-attack.ts';
import type { StartedPostgres } from '../testbed/postgres/start-postgres.ts';

/** A database of the tests of one `describe`. */
export interface TenantDatabase {
  readonly name: string;
  /** As the platform's login, which is no superuser. */
  readonly admin: DatabaseSession;
  /** Runs statements as the superuser, several in one text. */
  readonly run: (text: string) => Promise<void>;
  readonly rows: (text: string) => Promise<readonly Record<string, unknown>[]>;
  readonly open: (login: DatabaseLogin) => Promise<DatabaseSession>;
  /** What a tenant of a new uid wants. */
  readonly want: (sharing: Sharing, more?: Partial<WantedIsolation>) => WantedIsolation;
  readonly plan: (wanted: WantedIsolation, neighbours?: readonly WantedIsolation[]) => Promise<IsolationPlan>;
  readonly apply: (plan: Pick<IsolationPlan, 'transactions'>) => Promise<AppliedPlan>;
  /** Plans and applies. Throws where the plan is refused or fails. Returns the number of statements. */
  readonly isolate: (wanted: WantedIsolation, neighbours?: readonly WantedIsolation[]) => Promise<number>;
  readonly probe: (wanted: WantedIsolation) => Promise<ProbeResult>;
  /** Tries attacks of these names as a login of the tenant. Returns the names of those that got through. */
  readonly attack: (wanted: WantedIsolation, names: readonly string[]) => Promise<readonly string[]>;
  readonly lint: (wanted: WantedIsolation) => Promise<readonly Finding[]>;
}

/** Login of the platform in tests: it may create roles, has the role `app_owner`, and is no superuser. */
export const PLATFORM: DatabaseLogin = { user: 'platform', password: new Secret('of-tests') };

/**
 * A database with the role `app_owner`, in which `setup` is run first as the superuser. Call it inside a `describe`, and use it inside tests.
 * Each use of a property is one of the database that is there.
 */
export function useTenantDatabase(postgres: StartedPostgres, setup = ''): TenantDatabase {
  let database: TenantDatabase | undefined;
  const opened: DatabaseSession[] = [];
  let superuser: Client | undefined;
  beforeAll(async () => {
    const name = `db_${randomBytes(4).toString('hex')}`;
    const client = await postgres.connect();
    await client.query(CREATE_ROLES);
    await client.query(`CREATE DATABASE ${name} STRATEGY file_copy`);
    await client.query(`GRANT CREATE ON DATABASE ${name} TO platform`);
    await client.end();
    superuser = await postgres.connect(name);
    if (setup !== '') await superuser.query(setup);
    database = await createTenantDatabase({ postgres, name, superuser, opened });
  });
  afterAll(async () => {
    await Promise.all(opened.splice(0).map((session) => session.close()));
    await superuser?.end();
  });
  return new Proxy({} as TenantDatabase, {
    get: (_, property) => {
      if (database === undefined) throw new Error('the database is not there yet: use it inside a test');
      return Reflect.get(database, property);
    },
  });
}

const CREATE_ROLES = `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'platform') THEN
    CREATE ROLE app_owner; CREATE ROLE app LOGIN; CREATE ROLE platform LOGIN PASSWORD 'of-tests' CREATEROLE;
    GRANT app_owner TO platform;
  END IF;
END $$`;

async function createTenantDatabase({
  postgres,
  name,
  superuser,
  opened,
}: {
  postgres: StartedPostgres;
  name: string;
  superuser: Client;
  opened: DatabaseSession[];
}): Promise<TenantDatabase> {
  const place = postgres.place(name);
  const open = async (login: DatabaseLogin): Promise<DatabaseSession> => {
    const session = await openDatabase({ place, login, clock: systemClock });
    opened.push(session);
    return session;
  };
  const admin = await open(PLATFORM);
  const plan: TenantDatabase['plan'] = async (wanted, neighbours = []) =>
    planIsolation(await readCatalog(admin, wanted), wanted, neighbours);
  return {
    name,
    admin,
    run: async (text) => void (await superuser.query(text)),
    rows: async (text) => (await superuser.query<Record<string, unknown>>(text)).rows,
    open,
    want: (sharing, more = {}) =>
      wantedOf({ host: place.host, port: place.port, database: name }, sharing, more),
    plan,
    apply: (planned) => applyPlan(admin, planned),
    isolate: async (wanted, neighbours) => {
      const planned = await plan(wanted, neighbours);
      if (planned.refusals.length > 0) throw new Error(JSON.stringify(planned.refusals));
      const { failure, statements } = await applyPlan(admin, planned);
      if (failure !== null) throw new Error(`${failure.object}: ${failure.error.serverMessage}`);
      return statements;
    },
    probe: async (wanted) =>
      probeIsolation({
        admin,
        facts: await readCatalog(admin, wanted),
        wanted,
        place,
        clock: systemClock,
        random: randomBytes,
      }),
    attack: async (wanted, names) => {
      const facts = await readCatalog(admin, wanted);
      const { attacks } = buildAttacks(facts, wanted, await readTargets(admin, facts, wanted));
      const login = await createProbeLogin(admin, wanted.roles.writer, randomBytes);
      const session = await open(login);
      const reached = new Set<string>();
      for (const one of attacks.filter(({ name: of }) => names.includes(of)))
        if ((await tryAttack(session, one)) === 'Reached') reached.add(one.name);
      await session.close();
      await removeProbeLogin(admin, login);
      return [...reached].sort();
    },
    lint: async (wanted) => findStructure(await readCatalog(admin, wanted), wanted),
  };
}

function wantedOf(
  place: WantedIsolation['place'],
  sharing: Sharing,
  more: Partial<WantedIsolation>,
): WantedIsolation {
  const uid = randomUUID();
  return {
    tenant: `tenant-${uid.slice(0, 8)}`,
    roles: { reader: tenantRoleName(uid), writer: writerRoleName(uid) },
    place,
    sharing,
    canary: null,
    trustedLogins: [],
    ...more,
  };
}
