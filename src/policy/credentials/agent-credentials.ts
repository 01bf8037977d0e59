import type { TenantIsolation } from '../../api/tenant-isolation.ts';

/**
 * The credentials of a tenant that its agents may use: all but the one that the operator sets the database up with, which reads the rows of
 * every tenant.
 */
export function agentCredentials({
  credentials,
  database,
}: Pick<TenantIsolation['spec'], 'credentials' | 'database'>): TenantIsolation['spec']['credentials'] {
  // An older API server may have stored a tenant without the list.
  const all = credentials ?? [];
  const admin = database?.connection.adminCredential;
  return admin === undefined ? all : all.filter(({ name }) => name !== admin);
}
