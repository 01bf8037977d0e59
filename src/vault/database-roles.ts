import { type DatabaseRole, LOGIN_SECONDS } from '../policy/vault/database-role.ts';
import { type Ask, readData } from './read-data.ts';
import { isVaultError } from './vault-error.ts';

/** The database roles that a sandbox must have. */
export interface WantedDatabaseRoles {
  /** Its name in Vault. */
  readonly name: string;
  readonly roles: readonly DatabaseRole[];
  /** Mounts that may have a role of the sandbox. At one that no role is for, there must be none. */
  readonly mounts: readonly string[];
}

/** What must be done at a mount. */
export interface DueDatabaseRole {
  readonly mount: string;
  /** Null where the role must go. */
  readonly role: DatabaseRole | null;
  /**
   * `Moved`: there is one of another connection, to which Vault would go to revoke what was leased of this one. `MoreThanWanted`: to
   * write merges, so that only to delete it first takes away what else is set.
   */
  readonly difference: 'Missing' | 'Values' | 'Moved' | 'MoreThanWanted';
}

/** The path of a database role. */
export function databaseRolePath(mount: string, name: string): string {
  return `${mount}/roles/${name}`;
}

/** Compares what there is with what must be. One request a mount. */
export async function findDueRoles(
  ask: Ask,
  { name, roles, mounts }: WantedDatabaseRoles,
): Promise<readonly DueDatabaseRole[]> {
  const all = [...new Set([...mounts, ...roles.map(({ mount }) => mount)])];
  const due = await Promise.all(
    all.map(async (mount): Promise<DueDatabaseRole | null> => {
      const role = roles.find((one) => one.mount === mount) ?? null;
      const found = await readRole(ask, databaseRolePath(mount, name), role !== null);
      const difference = role === null ? (found === null ? null : 'Values') : compare(role, found);
      return difference === null ? null : { mount, role, difference };
    }),
  );
  return due.filter((one) => one !== null);
}

/** Does what must be done at a mount. `revoke` revokes what was leased of the role there. */
export async function writeDueRole(
  ask: Ask,
  name: string,
  { mount, role, difference }: DueDatabaseRole,
  revoke: (mount: string) => Promise<void>,
): Promise<void> {
  const path = databaseRolePath(mount, name);
  if (difference === 'Moved') await revoke(mount);
  if (role === null || difference === 'MoreThanWanted') await ask('DELETE', path);
  if (role !== null) await ask('POST', path, writtenOf(role));
}

/** Of a mount that is missing, everything is gone with it. */
async function readRole(
  ask: Ask,
  path: string,
  isWanted: boolean,
): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    return await readData(ask, path);
  } catch (error) {
    if (!isWanted && isVaultError(error, 'Missing')) return null;
    throw error;
  }
}

/** The operator's own policy compares the seconds as text. */
function writtenOf({ connection, creation, revocation }: DatabaseRole): Readonly<Record<string, unknown>> {
  return {
    db_name: connection,
    creation_statements: creation,
    revocation_statements: revocation,
    default_ttl: String(LOGIN_SECONDS),
    max_ttl: String(LOGIN_SECONDS),
  };
}

function compare(
  wanted: DatabaseRole,
  found: Readonly<Record<string, unknown>> | null,
): DueDatabaseRole['difference'] | null {
  if (found === null) return 'Missing';
  if (found['db_name'] !== wanted.connection) return 'Moved';
  if (!isPlain(found)) return 'MoreThanWanted';
  const isEqual =
    isSame(found['creation_statements'], wanted.creation) &&
    isSame(found['revocation_statements'], wanted.revocation) &&
    Number(found['default_ttl']) === LOGIN_SECONDS &&
    Number(found['max_ttl']) === LOGIN_SECONDS;
  return isEqual ? null : 'Values';
}

/** Whether nothing is set that Cloister leaves out: statements would run, and another kind of login be made. */
function isPlain(found: Readonly<Record<string, unknown>>): boolean {
  const isEmpty = (value: unknown): boolean =>
    value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  const { renew_statements: renew, rollback_statements: rollback, credential_type: type } = found;
  return isEmpty(renew) && isEmpty(rollback) && (type === undefined || type === 'password');
}

function isSame(found: unknown, wanted: readonly string[]): boolean {
  return (
    Array.isArray(found) &&
    found.length === wanted.length &&
    wanted.every((statement, index) => found[index] === statement)
  );
}
