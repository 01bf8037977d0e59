import { randomBytes } from 'node:crypto';
import { quoteIdentifier, quoteLiteral } from '../../../src/lib/quote-sql.ts';
import type { StartedPostgres } from '../postgres/start-postgres.ts';
import { mustSucceed } from './call-vault.ts';
import type { StartedVault } from './start-vault.ts';

/** A connection of Vault to a database. */
export interface DatabaseConnection {
  /** Its name at the mount `database`. */
  readonly connection: string;
  readonly tenant: string;
  /** Roles of PostgreSQL that its logins may be members of. */
  readonly roles: readonly string[];
  /** `postgres` where none is named. */
  readonly database?: string;
  /** At which Vault finds the server. If not set: its own. */
  readonly port?: number;
}

/** Sets up what docs/vault.md sets up for a tenant: the login of Vault in PostgreSQL, and the connection in Vault. Returns its name. */
export async function connectDatabase(
  { root }: Pick<StartedVault, 'root'>,
  postgres: StartedPostgres,
  { connection, tenant, roles, database = 'postgres', port = postgres.port }: DatabaseConnection,
): Promise<string> {
  const user = `vault_${connection}`;
  const password = randomBytes(18).toString('base64url');
  const admin = await postgres.connect(database);
  await admin.query(`
    CREATE ROLE ${quoteIdentifier(user)} LOGIN CREATEROLE PASSWORD ${quoteLiteral(password)};
    GRANT pg_signal_backend TO ${quoteIdentifier(user)};`);
  for (const role of roles)
    await admin.query(
      `GRANT ${quoteIdentifier(role)} TO ${quoteIdentifier(user)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`,
    );
  const url = `postgresql://{{username}}:{{password}}@${postgres.host}:${port}/${database}?sslmode=verify-full&connect_timeout=5`;
  await mustSucceed(
    `connect ${connection}`,
    root('POST', `database/config/${connection}`, {
      plugin_name: 'postgresql-database-plugin',
      connection_url: url,
      username: user,
      password,
      tls_ca: postgres.authority,
      allowed_roles: [`cloister.${tenant}.*`],
      username_template: 'cloister-{{random 20 | lowercase}}',
      password_authentication: 'scram-sha-256',
    }),
  );
  return user;
}
