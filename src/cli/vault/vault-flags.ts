import { type Command as Program, InvalidArgumentError } from 'commander';
import { vaultAddress } from '../../vault/read-vault-settings.ts';

/** How Vault is reached from this machine, where that is not as the operator reaches it. */
export interface VaultFlags {
  readonly vaultAddress?: string;
  readonly vaultCaFile?: string;
}

/** Adds the flags to a command that asks Vault. */
export function addVaultOptions(command: Program): Program {
  return command
    .option(
      '--vault-address <url>',
      'where this machine reaches Vault, if not as the operator does',
      checkAddress,
    )
    .option('--vault-ca-file <path>', 'certificate authority of Vault, if not that of the operator');
}

function checkAddress(text: string): string {
  const result = vaultAddress(text);
  if ('value' in result && result.value !== null) return result.value;
  const wanted = 'problem' in result ? result.problem : 'an https:// URL';
  throw new InvalidArgumentError(`It must be ${wanted}.`);
}
