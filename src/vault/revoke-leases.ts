import { type Ask, askAt } from './read-data.ts';
import type { VaultPlace } from './vault-identities.ts';
import { isVaultError, VaultError } from './vault-error.ts';
import type { VaultSession } from './vault-session.ts';

/** A revocation waits for a database: each of its steps a second at most, and five for a connection. */
const MAX_REVOCATION_MILLISECONDS = 15_000;

/**
 * Revokes what was leased below each prefix, one after the other: Vault's database engine has one lock a connection anyway. Where a
 * database does not do it, the rest is tried all the same, and in the end it rejects with a VaultError.
 */
export async function revokeLeases(
  session: VaultSession,
  { namespace }: VaultPlace,
  prefixes: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const ask = askAt(session, namespace, { signal, maxMilliseconds: MAX_REVOCATION_MILLISECONDS });
  let left: VaultError | null = null;
  for (const prefix of prefixes) {
    try {
      await revokeNow(ask, prefix);
    } catch (error) {
      if (!isVaultError(error, 'LoginsLeft')) throw error;
      left ??= error;
    }
  }
  if (left !== null) throw left;
}

/** What Vault says of a database that fails names its host and its user, and that it can be tried again it does not say. */
async function revokeNow(ask: Ask, prefix: string): Promise<void> {
  const path = `sys/leases/revoke-prefix/${prefix}`;
  const left = (status: number | undefined, message: string): VaultError =>
    new VaultError(`POST ${path}`, { reason: 'LoginsLeft', status, messages: [message] });
  try {
    const { status } = await ask('POST', path, { sync: true });
    if (status === 202) throw left(status, 'it has begun to revoke and does not say when it has ended');
  } catch (error) {
    // Where the mount is missing, Vault has revoked what was leased of it.
    if (isVaultError(error, 'Missing')) return;
    if (!isVaultError(error, 'Invalid')) throw error;
    // Vault tries again by itself what it was not waited for, also when nobody asks for it any more.
    await ask('POST', path, { sync: false }).catch(() => undefined);
    throw left(
      error.status,
      'the database did not revoke every login: its own log, and that of Vault, say why',
    );
  }
}
