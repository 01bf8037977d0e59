import type { TenantStatusPart } from './tenant-status.ts';

/** The state of a listed namespace. `Pending`: its labels are being written. */
export interface NamespaceState {
  readonly name: string;
  readonly state: 'Enrolled' | 'Pending' | 'NamespaceMissing' | 'EnrolledElsewhere';
  readonly uid?: string | undefined;
  readonly holder?: string | undefined;
}

/** Returns the condition `NamespacesEnrolled` and `status.namespaces` of a tenant from the states of its namespaces. */
export function enrolmentReport(states: readonly NamespaceState[]): TenantStatusPart {
  const { reason, message } = reasonOf(states);
  const status = reason === 'Enrolled' ? 'True' : 'False';
  const enrolled = states.filter(({ state }) => state === 'Enrolled');
  return {
    conditions: [{ type: 'NamespacesEnrolled', status, reason, message }],
    fields: { namespaces: enrolled.map(({ name, uid }) => ({ name, uid })) },
  };
}

function reasonOf(states: readonly NamespaceState[]): { reason: string; message: string } {
  const elsewhere = states.filter(({ state }) => state === 'EnrolledElsewhere');
  if (elsewhere.length > 0) {
    const named = elsewhere.map(({ name, holder }) => `${name} (tenant ${holder})`).join(', ');
    return { reason: 'EnrolledElsewhere', message: `An older tenant lists these namespaces too: ${named}.` };
  }
  const missing = states.filter(({ state }) => state !== 'Enrolled').map(({ name }) => name);
  if (missing.length > 0) {
    const message = `These namespaces do not exist, or do not have their labels yet: ${missing.join(', ')}.`;
    return { reason: 'NamespaceMissing', message };
  }
  return { reason: 'Enrolled', message: `Enrolled namespaces: ${states.length} of ${states.length}.` };
}
