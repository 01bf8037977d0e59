import { errorMessage } from '../../lib/error-message.ts';
import { isVaultError } from '../../vault/vault-error.ts';

/** What a condition says of what was refused or not answered, and where it is refused who says more. */
export function describeFailure(error: unknown): string {
  const text = errorMessage(error);
  return isVaultError(error, 'Denied', 'Missing', 'Invalid') ? `${text}. ${HINT}` : text;
}

const HINT = '"cloister doctor" says what the operator lacks in Vault';
