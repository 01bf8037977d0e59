import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { type ConditionState, stampConditions } from '../../controller/conditions.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';

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
  const { metadata, status = {} } = tenant;
  const states = parts.flatMap(({ conditions }) => conditions);
  const stamp = { generation: metadata.generation, time };
  const fields = parts.reduce<TenantStatus>((all, part) => ({ ...all, ...part.fields }), {});
  const wanted: TenantStatus = {
    observedGeneration: metadata.generation,
    conditions: stampConditions(states, status.conditions ?? [], stamp),
    ...fields,
  };
  return isDeepEqualJson(owned(status, wanted), wanted) ? null : wanted;
}

/** Of a status the fields and conditions that would be written: what somebody else put beside them is left alone. */
function owned(status: TenantStatus, wanted: TenantStatus): TenantStatus {
  const types = new Set(wanted.conditions?.map(({ type }) => type));
  const fields = Object.entries(status).filter(([name]) => Object.hasOwn(wanted, name));
  return {
    ...Object.fromEntries(fields),
    conditions: status.conditions?.filter(({ type }) => types.has(type)),
  };
}
