import type { Condition } from '../../api/shape/conditions.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';

/**
 * What becomes of the database logins of a tenant's sandboxes. `Withheld`: none is made anew. `Revoked`: nor can one be made with a
 * token of Vault that was stolen.
 */
export type LoginDecision = 'Issued' | 'Withheld' | 'Revoked';

/** What was found, and not only not known: a login would reach what it must not. */
const FOUND: ReadonlySet<string> = new Set(['Reached', 'FindingsFound', 'Conflict']);

/** Whether `DatabaseIsolated` holds as far as it can be known. */
export function isIsolated({ status, reason }: Pick<Condition, 'status' | 'reason'>): boolean {
  return status === 'True' || (status === 'Unknown' && reason === 'NothingToTry');
}

/** Decides about logins by the condition `DatabaseIsolated`; undefined where there is none yet. */
export function decideLogins(condition: Pick<Condition, 'status' | 'reason'> | undefined): LoginDecision {
  if (condition === undefined) return 'Withheld';
  if (isIsolated(condition)) return 'Issued';
  return FOUND.has(condition.reason) ? 'Revoked' : 'Withheld';
}

/**
 * Whether Vault may have roles that make logins for the sandboxes of a tenant. While the database cannot be asked, roles of an isolation that
 * was proven before stay: gateways issue nothing by them, and to take them away would be one more outage.
 */
export function mayHaveLoginRoles({ spec, status }: Pick<TenantIsolation, 'spec' | 'status'>): boolean {
  if (spec.database === undefined) return false;
  const decision = decideLogins(status?.conditions?.find(({ type }) => type === 'DatabaseIsolated'));
  return decision === 'Issued' || (decision === 'Withheld' && status?.database?.provenTime !== undefined);
}
