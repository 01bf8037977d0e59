import type { TenantIsolation } from '../../api/tenant-isolation.ts';

/**
 * Whether Vault may make logins for the sandboxes of a tenant: its isolation is proven, or nobody else's row is there to try. While
 * the database cannot be asked, what was proven before holds: to take the logins away would be one more outage.
 */
export function mayIssueLogins({ spec, status }: Pick<TenantIsolation, 'spec' | 'status'>): boolean {
  if (spec.database === undefined) return false;
  const isolated = status?.conditions?.find(({ type }) => type === 'DatabaseIsolated');
  if (isolated === undefined) return false;
  if (isolated.status === 'True') return true;
  if (isolated.reason === 'NothingToTry') return isolated.status === 'Unknown';
  return isolated.reason === 'Unreachable' && status?.database?.provenTime !== undefined;
}
