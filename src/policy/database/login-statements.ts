import { quoteIdentifier, quoteLiteral } from '../../lib/quote-sql.ts';
import { sha256 } from '../../lib/sha256.ts';

/** What Vault's PostgreSQL plugin runs for the logins of one sandbox, in the order of the lists. */
export interface LoginStatements {
  readonly creation: readonly string[];
  readonly revocation: readonly string[];
}

/** Connections of one login. The gateway keeps fewer. */
const MAX_CONNECTIONS = 5;

/**
 * Returns what is written on every login of a sandbox, by which others than Vault find them. It says nothing of the sandbox,
 * since comments on roles are seen by everybody on a server.
 */
export function loginMark(sandboxUID: string): string {
  return `cloister:${sha256(sandboxUID).slice(0, 32)}`;
}

/** Returns the statements for logins that are members of one role of the tenant. They need PostgreSQL 16 or later. */
export function loginStatements({
  memberOf,
  sandboxUID,
}: {
  readonly memberOf: string;
  readonly sandboxUID: string;
}): LoginStatements {
  return {
    creation: [
      `CREATE ROLE ${LOGIN} LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' CONNECTION LIMIT ${MAX_CONNECTIONS} IN ROLE ${quoteIdentifier(memberOf)};`,
      `COMMENT ON ROLE ${LOGIN} IS ${quoteLiteral(loginMark(sandboxUID))};`,
    ],
    revocation: REVOCATION,
  };
}

/** Vault fills it in. */
const LOGIN = '"{{name}}"';

/**
 * How long a statement waits for a lock. Vault's plugin has one lock a connection, so that whoever makes a revocation wait makes
 * everybody wait who uses the connection.
 */
const LOCK_TIMEOUT = '1s';

/**
 * Ends the transaction that Vault has begun, so that others see what was done so far. The plugin sends each statement as it is, and
 * commits what is open at the end.
 */
const COMMIT: readonly string[] = ['COMMIT', 'BEGIN'];

/** The sessions of the login. What ends them may wait for the end of each. */
const SESSIONS = "FROM pg_stat_activity WHERE usename = '{{name}}';";

/**
 * Takes away what the login got by being a member. The roles are looked up, since those of a tenant may have changed or gone after
 * the login was made.
 */
const REVOKE_MEMBERSHIPS =
  "FOR held IN SELECT quote_ident(r.rolname) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE starts_with(r.rolname, 'cloister_') " +
  `AND m.member = (SELECT oid FROM pg_roles WHERE rolname = '{{name}}') LOOP EXECUTE 'REVOKE ' || held || ' FROM ${LOGIN}'; END LOOP;`;

/**
 * The steps are transactions of their own: a session that the login opens between two of them sees what the first has done. The
 * login can lock nothing that the first needs, and ends what waits for the others. A step does nothing where the login is not there
 * any more: a lease could never be revoked whose login somebody has dropped.
 */
const REVOCATION: readonly string[] = [
  // To end the sessions of a login and to drop what it owns takes to be a member of it (PostgreSQL 16).
  whereThere(
    `${REVOKE_MEMBERSHIPS} GRANT ${LOGIN} TO CURRENT_USER WITH INHERIT TRUE, SET FALSE; PERFORM pg_terminate_backend(pid) ${SESSIONS}`,
  ),
  ...COMMIT,
  whereThere(`ALTER ROLE ${LOGIN} NOLOGIN CONNECTION LIMIT 0;`),
  ...COMMIT,
  // Whoever was logging in at that moment. What a session has in another database goes when it has ended.
  whereThere(
    `PERFORM pg_terminate_backend(pid, 500) ${SESSIONS} DROP OWNED BY ${LOGIN} CASCADE; DROP ROLE ${LOGIN};`,
  ),
  ...COMMIT,
  // One that had read the login before it was dropped, and began after the last look.
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity a WHERE usesysid IS NOT NULL AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = a.usesysid)',
];

/** With `END` in it, Vault's plugin does not split the text at its semicolons. */
function whereThere(body: string): string {
  return `DO $$ DECLARE held text; BEGIN PERFORM set_config('lock_timeout', '${LOCK_TIMEOUT}', true); IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{{name}}') THEN ${body} END IF; END $$;`;
}
