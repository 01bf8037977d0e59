import type { ConditionState } from '../../controller/conditions.ts';
import { isIsolated } from '../../policy/database/decide-logins.ts';
import type { TenantStatusPart } from './tenant-status.ts';

/** Returns the condition `Ready` from all others. It is told, and nothing waits for it: an agent of a role that lacks nothing works. */
export function readyReport(parts: readonly TenantStatusPart[]): TenantStatusPart {
  const unmet = parts
    .flatMap(({ conditions }) => conditions)
    .filter((state) => !holds(state))
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

/** Where nobody else has a row, the isolation of a database cannot be proven, and logins are issued all the same. */
function holds(state: ConditionState): boolean {
  return state.type === 'DatabaseIsolated' ? isIsolated(state) : state.status === 'True';
}
