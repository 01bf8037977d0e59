import { quoteIdentifier, quoteLiteral } from '../lib/quote-sql.ts';
import { Secret } from '../lib/secret.ts';
import { PROBE_PREFIX } from '../policy/database/role-names.ts';
import type { DatabaseLogin, DatabaseSession } from './database-session.ts';
import { scramVerifier } from './scram-verifier.ts';

/** Gives as many random bytes as are asked for. */
export type RandomBytes = (count: number) => Buffer;

const VALID_SECONDS = 300;

/**
 * Makes a login that is a member of the role, for a few minutes. Those that an earlier probe left behind are removed. Rejects with a DatabaseError.
 */
export async function createProbeLogin(
  admin: DatabaseSession,
  role: string,
  random: RandomBytes,
): Promise<DatabaseLogin> {
  await removeExpired(admin);
  const user = `${PROBE_PREFIX}${random(10).toString('hex')}`;
  const password = new Secret(random(32).toString('hex'));
  const verifier = scramVerifier(password, random(16));
  const { rows } = await admin.query<{ until: string }>(
    `SELECT (now() + interval '${VALID_SECONDS} seconds')::text AS until`,
  );
  await admin.query(
    `CREATE ROLE ${quoteIdentifier(user)} LOGIN PASSWORD ${quoteLiteral(verifier)} CONNECTION LIMIT 1 VALID UNTIL ${quoteLiteral(rows[0]?.until ?? '')} IN ROLE ${quoteIdentifier(role)}`,
  );
  return { user, password };
}

/** Removes a login of {@link createProbeLogin}, whose session must have ended. */
export async function removeProbeLogin(admin: DatabaseSession, { user }: DatabaseLogin): Promise<void> {
  await admin.query(`DROP ROLE IF EXISTS ${quoteIdentifier(user)}`);
}

async function removeExpired(admin: DatabaseSession): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_roles WHERE starts_with(rolname, $1) AND rolvaliduntil < now()`,
    [PROBE_PREFIX],
  );
  for (const { name } of rows) await admin.query(`DROP ROLE IF EXISTS ${quoteIdentifier(name)}`);
}
