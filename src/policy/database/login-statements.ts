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
 * How often a step is tried, and how long each time it waits for a lock. Vault's plugin has one lock a connection, so that whoever
 * makes a revocation wait makes everybody wait who uses the connection.
 */
const ATTEMPTS = 5;
const LOCK_TIMEOUT = '300ms';

/**
 * Ends the transaction that Vault has begun, so that others see what was done so far. The plugin sends each statement as it is, and
 * commits what is open at the end.
 */
const COMMIT: readonly string[] = ['COMMIT', 'BEGIN'];

/**
 * Ends the sessions of the login, and waits for none: what comes next waits for the locks that they let go, and stands before every
 * session that comes later.
 */
const CUT = "PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}';";

/**
 * Takes away what the login got by being a member. The roles are looked up, since those of a tenant may have changed or gone after
 * the login was made.
 */
const REVOKE_MEMBERSHIPS =
  "FOR held IN SELECT quote_ident(r.rolname) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE starts_with(r.rolname, 'cloister_') " +
  `AND m.member = (SELECT oid FROM pg_roles WHERE rolname = '{{name}}') LOOP EXECUTE 'REVOKE ' || held || ' FROM ${LOGIN}'; END LOOP;`;

/** The steps are transactions of their own: a session that the login opens between two of them sees what the first has done. */
const REVOCATION: readonly string[] = [
  // To end the sessions of a login and to drop what it owns takes to be a member of it (PostgreSQL 16).
  tried(`${REVOKE_MEMBERSHIPS} GRANT ${LOGIN} TO CURRENT_USER WITH INHERIT TRUE, SET FALSE; ${CUT}`),
  ...COMMIT,
  tried(`${CUT} ALTER ROLE ${LOGIN} NOLOGIN CONNECTION LIMIT 0;`),
  ...COMMIT,
  // For a session that was logging in at that moment. What a session has in another database goes when it has ended.
  tried(`${CUT} DROP OWNED BY ${LOGIN} CASCADE; DROP ROLE ${LOGIN};`),
  ...COMMIT,
  // One that had read the login before it was dropped, and began after the last look.
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity a WHERE usesysid IS NOT NULL AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = a.usesysid)',
];

/**
 * A step is done again where it fails: a session that came after the sessions were ended may have locked the login, as each may do
 * with its own role, and one that is about to end may still own something. It does nothing where the login is not there any more, or
 * a lease could never be revoked whose login somebody has dropped.
 *
 * With `END` in it, Vault's plugin does not split the text at its semicolons.
 */
function tried(step: string): string {
  return [
    `DO $$ DECLARE held text; BEGIN PERFORM set_config('lock_timeout', '${LOCK_TIMEOUT}', true);`,
    `FOR attempt IN 1..${ATTEMPTS} LOOP EXIT WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{{name}}');`,
    `BEGIN ${step} EXIT; EXCEPTION WHEN OTHERS THEN IF attempt = ${ATTEMPTS} THEN RAISE; END IF; END;`,
    // Within a transaction the list of sessions is read once.
    'PERFORM pg_sleep(0.02); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$;',
  ].join(' ');
}
