import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Client } from 'pg';
import { loginMark } from '../../src/policy/database/login-statements.ts';
import { AGENTS_ROLE, tenantRoleName, writerRoleName } from '../../src/policy/database/role-names.ts';
import { buildDatabaseRoles } from '../../src/policy/vault/database-role.ts';
import { findLoginsLeft, type LoginsLeft } from '../../src/postgres/find-logins-left.ts';
import { useDatabase } from '../postgres/use-database.ts';
import type { StartedPostgres } from '../testbed/postgres/start-postgres.ts';
import { mustSucceed, type VaultResponse } from '../testbed/vault/call-vault.ts';
import { connectDatabase } from '../testbed/vault/connect-database.ts';
import { type FaultyLink, openLink } from '../testbed/vault/faulty-link.ts';
import type { StartedVault } from '../testbed/vault/start-vault.ts';

/** A login that Vault has made for a sandbox, and whoever has stolen it. */
export interface StolenLogin {
  /** The name of its sandbox's role at Vault. */
  readonly role: string;
  readonly user: string;
  /** Opens a session with it. */
  readonly connect: (database?: string) => Promise<Client>;
}

/** Where a tenant's logins are made. */
export interface TenantDatabase {
  readonly tenant: string;
  readonly uid: string;
}

export const ACME: TenantDatabase = { tenant: 'acme', uid: 'acme-uid' };
/** Its name is the beginning of no other's, and ACME's the beginning of it. */
export const ACME_EAST: TenantDatabase = { tenant: 'acme-east', uid: 'acme-east-uid' };

/** Logins that a Vault makes in a PostgreSQL for sandboxes of two tenants. */
export interface UsedLogins {
  /** Between Vault and PostgreSQL. */
  readonly link: FaultyLink;
  /** Makes the role of a sandbox, and one login. */
  readonly steal: (sandbox: string, tenant?: TenantDatabase) => Promise<StolenLogin>;
  /** Makes one more login of a role. */
  readonly another: (role: string) => Promise<StolenLogin>;
  readonly revoke: (role: string) => Promise<VaultResponse>;
  /** What Vault has leased of a role. */
  readonly leases: (role: string) => Promise<readonly unknown[]>;
  /** What the server has of a sandbox's logins, as another session sees it. */
  readonly left: (sandbox: string) => Promise<LoginsLeft>;
  /** Sessions whose role no longer exists. */
  readonly homeless: () => Promise<number>;
  readonly admin: () => Promise<Client>;
}

/** Sets up two tenants, each with a table `NAME.ledger` and a connection of Vault. Call it inside a `describe`. */
export function useLogins(vault: () => StartedVault, postgres: StartedPostgres): UsedLogins {
  const open = useDatabase(postgres);
  const stolen: Client[] = [];
  let link: FaultyLink;
  beforeAll(async () => {
    link = await openLink(postgres.port);
    const admin = await postgres.connect();
    await admin.query(`CREATE ROLE ${AGENTS_ROLE} NOLOGIN`);
    await admin.query('CREATE DATABASE beside');
    for (const { tenant, uid } of [ACME, ACME_EAST]) {
      const [reader, writer] = [tenantRoleName(uid), writerRoleName(uid)];
      await admin.query(`
        CREATE ROLE "${reader}" NOLOGIN IN ROLE ${AGENTS_ROLE};
        CREATE ROLE "${writer}" NOLOGIN IN ROLE "${reader}";
        CREATE SCHEMA "${tenant}";
        CREATE TABLE "${tenant}".ledger AS SELECT 1 AS amount;
        GRANT USAGE ON SCHEMA "${tenant}" TO "${reader}";
        GRANT SELECT ON "${tenant}".ledger TO "${reader}"`);
      const connection = `${tenant}-${postgres.version}`;
      await connectDatabase(vault(), postgres, {
        connection,
        tenant,
        roles: [reader, writer],
        port: link.port,
      });
    }
  });
  afterEach(async () => {
    await Promise.all(stolen.splice(0).map((client) => client.end().catch(() => undefined)));
  });
  afterAll(() => link.refuse());
  const another = async (role: string): Promise<StolenLogin> => {
    const { data } = await mustSucceed('make a login', vault().root('GET', `database/creds/${role}`));
    const { username: user, password } = data as { username: string; password: string };
    return {
      role,
      user,
      connect: async (database = 'postgres') => {
        const client = await postgres.connect(database, user, password);
        stolen.push(client);
        return client;
      },
    };
  };
  return {
    get link() {
      return link;
    },
    another,
    steal: async (sandbox, { tenant, uid } = ACME) => {
      const role = `cloister.${tenant}.agents.${sandbox}`;
      const connection = `${tenant}-${postgres.version}`;
      const [built] = buildDatabaseRoles([{ mount: 'database', connection, isWriter: false }], {
        tenantUID: uid,
        sandboxUID: sandbox,
      });
      const written = {
        db_name: connection,
        creation_statements: built?.creation,
        revocation_statements: built?.revocation,
        default_ttl: '900',
        max_ttl: '900',
      };
      await mustSucceed('write the role', vault().root('POST', `database/roles/${role}`, written));
      return another(role);
    },
    revoke: (role) => vault().root('POST', `sys/leases/revoke-prefix/database/creds/${role}`, { sync: true }),
    leases: async (role) => {
      const { data } = await vault().root('LIST', `sys/leases/lookup/database/creds/${role}/`);
      return (data['keys'] as readonly unknown[] | undefined) ?? [];
    },
    left: async (sandbox) => findLoginsLeft(await open(), loginMark(sandbox)),
    homeless: async () => {
      const { rows } = await (
        await postgres.connect()
      ).query<{ count: number }>(
        'SELECT count(*)::int AS count FROM pg_stat_activity a WHERE usesysid IS NOT NULL AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = a.usesysid)',
      );
      return rows[0]?.count ?? 0;
    },
    admin: () => postgres.connect(),
  };
}
