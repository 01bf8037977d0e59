import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';

/** How a listed namespace stands. `Pending`: its labels are being written. */
export interface NamespaceState {
  readonly name: string;
  readonly state: 'Enrolled' | 'Pending' | 'NamespaceMissing' | 'EnrolledElsewhere';
  readonly uid?: string | undefined;
  readonly holder?: string | undefined;
}

export type TenantStatus = NonNullable<TenantIsolation['status']>;
type Condition = NonNullable<TenantStatus['conditions']>[number];

/** The status that tells how the namespaces stand; null where it stands already. Times change only with the state (KEP-1623). */
export function enrolmentStatus(
  tenant: TenantIsolation,
  states: readonly NamespaceState[],
  now: string,
): TenantStatus | null {
  const condition = conditionOf(tenant, states, now);
  const enrolled = states.filter(({ state }) => state === 'Enrolled');
  const wanted: TenantStatus = {
    observedGeneration: tenant.metadata.generation,
    conditions: [condition],
    namespaces: enrolled.map(({ name, uid }) => ({ name, uid })),
  };
  const { observedGeneration, conditions, namespaces } = tenant.status ?? {};
  const standing = { observedGeneration, conditions: conditions?.filter(isOurs), namespaces };
  return isDeepEqualJson(standing, wanted) ? null : wanted;
}

function conditionOf(tenant: TenantIsolation, states: readonly NamespaceState[], now: string): Condition {
  const { reason, message } = reasonOf(states);
  const status = reason === 'Enrolled' ? 'True' : 'False';
  const before = tenant.status?.conditions?.find(isOurs);
  return {
    type: 'NamespacesEnrolled',
    status,
    observedGeneration: tenant.metadata.generation,
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : now,
    reason,
    message,
  };
}

function isOurs({ type }: Condition): boolean {
  return type === 'NamespacesEnrolled';
}

function reasonOf(states: readonly NamespaceState[]): { reason: string; message: string } {
  const elsewhere = states.filter(({ state }) => state === 'EnrolledElsewhere');
  if (elsewhere.length > 0) {
    const named = elsewhere.map(({ name, holder }) => `${name} (tenant ${holder})`).join(', ');
    return { reason: 'EnrolledElsewhere', message: `listed by an older tenant too: ${named}` };
  }
  const missing = states.filter(({ state }) => state !== 'Enrolled').map(({ name }) => name);
  if (missing.length > 0) {
    return { reason: 'NamespaceMissing', message: `not there, or not labelled yet: ${missing.join(', ')}` };
  }
  return { reason: 'Enrolled', message: `${states.length} of ${states.length} namespaces` };
}
