import { systemNamespaceOf } from '../../api/names.ts';

/** The sandbox that an identity in Vault belongs to. */
export interface IdentityOwner {
  readonly tenant: string;
  readonly namespace: string;
  readonly sandbox: string;
}

/** What the names of everything of Cloister in Vault begin with. */
export const VAULT_NAME_PREFIX = 'cloister.';

/** The audience of the tokens with which an identity logs in to Vault. */
export const VAULT_AUDIENCE = 'vault';

/** How long a token of an identity lives, in seconds, renewed or not. */
export const VAULT_TOKEN_SECONDS = 900;

/**
 * Returns the name of the policy, the auth role and the database role of a sandbox. Names of tenants, namespaces and sandboxes
 * have no dots, so that no two sandboxes have the same, and none is the beginning of another that ends in a dot.
 */
export function vaultName({ tenant, namespace, sandbox }: IdentityOwner): string {
  return `${VAULT_NAME_PREFIX}${tenant}.${namespace}.${sandbox}`;
}

/** Returns what a name in Vault belongs to; null where it is none of Cloister's. */
export function readVaultName(name: string): IdentityOwner | null {
  if (!name.startsWith(VAULT_NAME_PREFIX)) return null;
  const [tenant = '', namespace = '', sandbox = '', ...more] = name
    .slice(VAULT_NAME_PREFIX.length)
    .split('.');
  if (tenant === '' || namespace === '' || sandbox === '' || more.length > 0) return null;
  return { tenant, namespace, sandbox };
}

/**
 * Where the ServiceAccount is that Vault knows, and its anchor Secret of the same name: in the tenant's system namespace, where
 * the tenant's people can mint no token.
 */
export function identityPlace({ tenant, namespace, sandbox }: IdentityOwner): {
  readonly namespace: string;
  readonly name: string;
} {
  return { namespace: systemNamespaceOf(tenant), name: `${namespace}.${sandbox}` };
}
