import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { type ConditionState, wholeStatus } from '../../controller/conditions.ts';

export type TenantStatus = NonNullable<TenantIsolation['status']>;

/** What one part of the reconciler contributes to the status of a tenant. */
export interface TenantStatusPart {
  readonly conditions: readonly ConditionState[];
  readonly fields?: Omit<TenantStatus, 'conditions' | 'observedGeneration'>;
}

/**
 * Returns the whole status of a tenant, put together from the parts of its reconciler; null where the tenant has it
 * already. It is written once: with one field manager, a second writer would delete the fields of the first (KEP-555).
 */
export function tenantStatus(
  tenant: TenantIsolation,
  parts: readonly TenantStatusPart[],
  time: string,
): TenantStatus | null {
  const states = parts.flatMap(({ conditions }) => conditions);
  const fields = parts.reduce<TenantStatus>((all, part) => ({ ...all, ...part.fields }), {});
  return wholeStatus(tenant, states, fields, time);
}
