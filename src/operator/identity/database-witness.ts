import type { LoginsLeft } from '../../postgres/find-logins-left.ts';

/** Asks the database of a tenant itself, beside Vault, what is left of the logins of a sandbox. */
export interface DatabaseWitness {
  /**
   * Counts what carries the mark of the sandbox. Null where there is no database to ask, or it does not answer: Vault has revoked every
   * login then, and nobody else has seen it.
   */
  readonly findLeft: (tenant: string, mark: string, signal: AbortSignal) => Promise<LoginsLeft | null>;
}

/** Vault has revoked every login, and the database has one. */
export class LoginsLeftError extends Error {
  override readonly name = 'LoginsLeftError';
}

/** Why a step is done on the word of Vault alone. */
const NOT_VERIFIED = 'Vault has revoked every login. The database was not asked whether one is left.';

/**
 * Has nothing left of the logins of a sandbox, as the database says. Returns what could not be verified, or undefined. Throws an error
 * where something is left, which is to be revoked again.
 */
export async function verifyLogins(
  witness: DatabaseWitness | null,
  { tenant, mark }: { readonly tenant: string; readonly mark: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const left = (await witness?.findLeft(tenant, mark, signal)) ?? null;
  if (left === null) return NOT_VERIFIED;
  if (left.roles === 0) return undefined;
  throw new LoginsLeftError(
    `the database of tenant "${tenant}" still has ${left.roles} logins of the sandbox, with ${left.sessions} sessions, though Vault has revoked them: find them by the comment ${mark}, and see the log of Vault`,
  );
}
