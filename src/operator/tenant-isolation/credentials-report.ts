import type { AgentRole } from '../../api/agent-role.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { listFirst } from '../../lib/list-first.ts';
import { bindCredentials } from '../../policy/credentials/bind-credentials.ts';
import { describeMisfit, findMisfits } from '../../policy/credentials/find-misfits.ts';
import type { TenantStatusPart } from './tenant-status.ts';

const MAX_LISTED = 16;

/**
 * Returns the condition `CredentialsBound` of a tenant, by the names alone: what the roles name, as far as they exist, and what the
 * tenant binds. Whether the secrets are there, only the gateway and `cloister doctor` ask.
 */
export function credentialsReport(tenant: TenantIsolation, roles: readonly AgentRole[]): TenantStatusPart {
  const judged = roles.map((role) => ({ role: role.metadata.name, ...bindCredentials(role, tenant) }));
  const unbound = judged.flatMap(({ role, unbound: names }) => names.map((name) => `${name} (role ${role})`));
  const misfits = new Set(roles.flatMap((role) => findMisfits(role, tenant).map(describeMisfit)));
  const problems = [
    ...(unbound.length === 0 ? [] : [`spec.credentials has no ${listFirst(unbound, MAX_LISTED)}`]),
    ...(misfits.size === 0 ? [] : [listFirst([...misfits].toSorted(), MAX_LISTED)]),
  ];
  const count = new Set(roles.flatMap(({ spec }) => (spec.credentials ?? []).map(({ name }) => name))).size;
  const state =
    problems.length > 0
      ? {
          status: 'False' as const,
          reason: 'NotBound',
          message: `Calls that need these credentials are denied, and sandboxes whose role names none of them are not concerned: ${problems.join('; ')}.`,
        }
      : { status: 'True' as const, reason: 'Bound', message: describeCount(count) };
  return { conditions: [{ type: 'CredentialsBound', ...state }] };
}

function describeCount(count: number): string {
  return count === 0
    ? 'The allowed roles have no credentials.'
    : `Bound credentials of the allowed roles: ${count} of ${count}.`;
}
