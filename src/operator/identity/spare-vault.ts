import type { Clock } from '../../lib/clock.ts';
import { isVaultError, VaultError } from '../../vault/vault-error.ts';
import type { VaultIdentities } from '../../vault/vault-identities.ts';

/** After a call that Vault did not answer all others fail at once for so long. */
const REST_MILLISECONDS = 2_000;

/**
 * Identities whose calls fail at once for a while after Vault could not be reached: each would wait for its time-out, and the
 * workers that reconcile sandboxes would wait with them, those without an identity included.
 */
export function createSpareVault(vault: VaultIdentities, clock: Clock): VaultIdentities {
  let last: { readonly error: VaultError; readonly time: number } | null = null;
  const spare =
    <Arguments extends readonly unknown[], Result>(call: (...given: Arguments) => Promise<Result>) =>
    async (...given: Arguments): Promise<Result> => {
      if (last !== null && clock.now() - last.time < REST_MILLISECONDS) throw again(last.error);
      try {
        const result = await call(...given);
        last = null;
        return result;
      } catch (error) {
        if (isVaultError(error, 'Unreachable', 'Unavailable')) last = { error, time: clock.now() };
        throw error;
      }
    };
  return {
    findHolder: spare(vault.findHolder),
    provide: spare(vault.provide),
    removeLogin: spare(vault.removeLogin),
    findEntity: spare(vault.findEntity),
    disableEntity: spare(vault.disableEntity),
    removeEntity: spare(vault.removeEntity),
    revokeLeases: spare(vault.revokeLeases),
    removeDatabaseRoles: spare(vault.removeDatabaseRoles),
    removePolicy: spare(vault.removePolicy),
  };
}

/** The call that failed was about another sandbox, whose name is none of this one's business. */
function again({ reason, status, messages }: VaultError): VaultError {
  return new VaultError('a call a moment ago', { reason, status, messages });
}
