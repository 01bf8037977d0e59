import { sha256 } from '../../lib/sha256.ts';

/** Role of PostgreSQL that the policies are for. Every role of a tenant is a member of it. */
export const AGENTS_ROLE = 'cloister_agents';

/** Schema of what Cloister keeps in a database. */
export const CLOISTER_SCHEMA = 'cloister';

/** What the names of the logins begin with that the isolation is tried with. */
export const PROBE_PREFIX = 'cloister_probe_';

/** What the names of {@link tenantRoleName} begin with. */
export const TENANT_PREFIX = 'cloister_t_';
const WRITER_PREFIX = 'cloister_w_';
const DIGITS = 20;

/** The role of a tenant, which may read what is the tenant's. Every login of a server sees the names of all roles, so it says nothing of the tenant. */
export function tenantRoleName(uid: string): string {
  return `${TENANT_PREFIX}${digest(uid)}`;
}

/** The role of a tenant that may also write. It is a member of {@link tenantRoleName}. */
export function writerRoleName(uid: string): string {
  return `${WRITER_PREFIX}${digest(uid)}`;
}

/** The role that writes for the tenant of a role of {@link tenantRoleName}. */
export function writerOf(tenantRole: string): string {
  return `${WRITER_PREFIX}${tenantRole.slice(TENANT_PREFIX.length)}`;
}

/** Whether a role of PostgreSQL reads or writes for a tenant. */
export function isTenantRole(name: string): boolean {
  return new RegExp(`^cloister_[tw]_[0-9a-f]{${DIGITS}}$`).test(name);
}

function digest(uid: string): string {
  return sha256(uid).slice(0, DIGITS);
}
