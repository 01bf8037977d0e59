import { readFile } from 'node:fs/promises';
import type { Clock } from '../lib/clock.ts';
import { createVaultIdentities } from './create-vault-identities.ts';
import { requireNamespaces } from './require-namespaces.ts';
import { fencedSession, type VaultFence } from './fenced-session.ts';
import { createStaticLogins, type StaticLogins } from './static-logins.ts';
import type { VaultIdentities } from './vault-identities.ts';
import { createVaultSession, tokenOfFile } from './vault-session.ts';
import type { VaultPort } from './vault-port.ts';
import type { VaultSettings } from './vault-settings.ts';

/** A Vault that is connected to. */
export interface OpenVault {
  /** The identities of sandboxes, for as long as a fence holds. All share one login. */
  readonly identities: (fence: VaultFence) => VaultIdentities;
  /** The logins of static roles, in the same way. */
  readonly staticLogins: (fence: VaultFence) => StaticLogins;
  /** Revokes the operator's own token and closes every connection. */
  readonly close: () => Promise<void>;
}

/** Reads the certificate authority, and asks Vault for nothing yet. Throws an error where the file cannot be used. */
export async function openVault(settings: VaultSettings, clock: Clock): Promise<OpenVault> {
  const port = await openVaultPort(settings, clock);
  const readToken = tokenOfFile(settings, (path) => readFile(path, 'utf8'));
  const session = createVaultSession({ port, settings, readToken, clock });
  const fenced = (fence: VaultFence) =>
    requireNamespaces(fencedSession(session, fence), port, settings.namespace);
  return {
    identities: (fence) => createVaultIdentities(fenced(fence)),
    staticLogins: (fence) => createStaticLogins(fenced(fence)),
    close: async () => {
      await session.close();
      await port.close();
    },
  };
}

/** Reads the certificate authority, and asks Vault for nothing. Throws an error where the file cannot be used. */
export async function openVaultPort(
  { address, authorityFile }: Pick<VaultSettings, 'address' | 'authorityFile'>,
  clock: Clock,
): Promise<VaultPort> {
  const authority = await readVaultAuthority(authorityFile);
  // Only here: node-vault takes 30 MB of memory that a program without Vault does not need.
  const { createVaultPort } = await import('./vault-port.ts');
  return createVaultPort({ address, authority, clock });
}

/**
 * Reads the certificates that Vault's has to be signed by; null for those that Node trusts. A file without a certificate would leave
 * nothing, and every request would fail: it throws an error.
 */
export async function readVaultAuthority(path: string | null): Promise<string | null> {
  if (path === null) return null;
  const text = await readFile(path, 'utf8');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new Error(`--vault-ca-file is ${path}, which holds no certificate in PEM`);
}
