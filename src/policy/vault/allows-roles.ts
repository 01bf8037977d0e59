import { VAULT_NAME_PREFIX } from './vault-identity.ts';

/** The pattern of the database roles of a tenant's sandboxes, as `allowed_roles` of a connection has it. */
export function rolesOfTenant(tenant: string): string {
  return `${VAULT_NAME_PREFIX}${tenant}.*`;
}

/**
 * Whether the `allowed_roles` of a database connection let every sandbox of a tenant have a login. Vault reads `*` in an entry
 * as any text, wherever it is.
 */
export function allowsRoles(allowedRoles: readonly string[], tenant: string): boolean {
  const beginning = `${VAULT_NAME_PREFIX}${tenant}.`;
  // What ends in `*` and fits the beginning fits everything that continues it; no list of names is complete.
  return allowedRoles.some((pattern) => pattern.endsWith('*') && fits(pattern, beginning));
}

function fits(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.\\+?^${}()|[\]]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}
