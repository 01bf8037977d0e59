import type { AgentQuarantine } from '../../../src/api/agent-quarantine.ts';
import { findQuarantine } from '../../../src/policy/quarantine/find-quarantine.ts';
import { indexTenants } from '../../../src/policy/tenants/tenant-index.ts';
import type { ReviewSettings } from '../../../src/webhook/review/review-settings.ts';
import type { RolePolicy } from '../../../src/policy/roles/role-policy.ts';
import { buildReviewContext, buildRolePolicy, buildTenantPolicy } from '../../build/review-context.ts';

/**
 * What the webhook knows in these tests: one tenant, which allows the roles given until one is dropped, and the role labels
 * of pods by name, and quarantines. Everybody may use every role.
 */
export function knownCluster(
  roles: readonly RolePolicy[] = [buildRolePolicy()],
  pods: Readonly<Record<string, string | null>> = {},
  quarantines: readonly AgentQuarantine[] = [],
  enrolledFor = 'acme',
): ReviewSettings & { readonly dropRole: (name: string) => void } {
  const allowedRoles = new Set(['data-analyst', ...roles.map(({ name }) => name)]);
  const tenants = indexTenants([buildTenantPolicy({ allowedRoles })]);
  return {
    view: {
      tenantOf: (namespace) => tenants.holderOf(namespace),
      otherTenantsOf: (namespace, except) => tenants.othersOf(namespace, except),
      role: (name) => roles.find((role) => role.name === name) ?? null,
      roleNameOfPod: (namespace, name) =>
        namespace === 'acme-agents' && Object.hasOwn(pods, name) ? pods[name] : undefined,
      hasTenant: (name) => name === 'acme',
      enrolledFor: (namespace) => (tenants.holderOf(namespace) === null ? undefined : enrolledFor),
      quarantineOf: (facts) => findQuarantine(facts, quarantines),
    },
    configuration: buildReviewContext().configuration,
    now: () => Date.parse('2026-01-01T00:00:00Z'),
    roleUse: { review: () => Promise.resolve('Allowed') },
    dropRole: (name) => void allowedRoles.delete(name),
  };
}
