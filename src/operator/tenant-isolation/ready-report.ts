import type { TenantStatusPart } from './tenant-status.ts';

/** Calls that need what is not bound are denied, and agents work without them. */
const NOT_NEEDED: ReadonlySet<string> = new Set(['CredentialsBound', 'ServicesFound']);

/** Returns the condition `Ready` from all others that agents need. */
export function readyReport(parts: readonly TenantStatusPart[]): TenantStatusPart {
  const unmet = parts
    .flatMap(({ conditions }) => conditions)
    .filter(({ type, status }) => status !== 'True' && !NOT_NEEDED.has(type))
    .map(({ type }) => type);
  const state =
    unmet.length === 0
      ? { status: 'True' as const, reason: 'Ready', message: 'Agents of the tenant can work.' }
      : {
          status: 'False' as const,
          reason: 'NotReady',
          message: `These conditions do not hold: ${unmet.join(', ')}.`,
        };
  return { conditions: [{ type: 'Ready', ...state }] };
}
