import type { Command as Program } from 'commander';

/** How Vault is reached from this machine, where that is not as the operator reaches it. */
export interface VaultFlags {
  readonly vaultAddress?: string;
  readonly vaultCaFile?: string;
}

/** Adds the flags to a command that asks Vault. */
export function addVaultOptions(command: Program): Program {
  return command
    .option('--vault-address <url>', 'where this machine reaches Vault, if not as the operator does')
    .option('--vault-ca-file <path>', 'certificate authority of Vault, if not that of the operator');
}
