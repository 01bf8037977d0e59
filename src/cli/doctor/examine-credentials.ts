import type { AgentRole } from '../../api/agent-role.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { listFirst } from '../../lib/list-first.ts';
import { bindCredentials } from '../../policy/credentials/bind-credentials.ts';
import { describeMisfit, findMisfits } from '../../policy/credentials/find-misfits.ts';
import { readRoles, readTenants } from '../input/read-cluster-objects.ts';
import { examineBoundSecrets } from './examine-bound-secrets.ts';
import { type Examination, failed, type Finding, noted, passed, readOr } from './finding.ts';

const SUBJECT = 'credentials';
const MAX_NAMED = 12;

/** What the roles of tenants name and the tenants bind, and the Secrets that they bind it to. Secrets in Vault are examined with Vault. */
export const examineCredentials: Examination = (client, { now }) =>
  readOr(SUBJECT, async () => {
    const read = await readBoth(client);
    if (read === null) {
      return [
        noted(
          SUBJECT,
          'were not examined, because you have no right to list AgentRoles and TenantIsolations',
        ),
      ];
    }
    const { roles, tenants } = read;
    const bindings = tenants.flatMap((tenant) => judgeBindings(tenant, allowedRoles(tenant, roles)));
    return [...bindings, ...(await examineBoundSecrets(client, tenants, now()))];
  });

/** Leaves out objects that cannot be read: the API server rejects them when they are written. */
async function readBoth(
  client: KubeClient,
): Promise<{ readonly roles: readonly AgentRole[]; readonly tenants: readonly TenantIsolation[] } | null> {
  try {
    const [roles, tenants] = await Promise.all([readRoles(client), readTenants(client)]);
    return { roles: roles.objects, tenants: tenants.objects };
  } catch (error) {
    if (isKubeError(error, 'Forbidden')) return null;
    // Whether the kinds are there is examined by itself.
    if (isKubeError(error, 'NotFound')) return { roles: [], tenants: [] };
    throw error;
  }
}

function allowedRoles({ spec }: TenantIsolation, roles: readonly AgentRole[]): readonly AgentRole[] {
  return roles.filter(({ metadata }) => spec.roles.allowed.includes(metadata.name));
}

/** None where the roles of the tenant name no credentials. */
function judgeBindings(tenant: TenantIsolation, roles: readonly AgentRole[]): readonly Finding[] {
  const subject = `TenantIsolation ${tenant.metadata.name}, ${SUBJECT}`;
  const bound = roles.map((role) => ({ role, ...bindCredentials(role, tenant) }));
  const unbound = bound.flatMap(({ role, unbound: names }) =>
    names.map((name) => `${name} (role ${role.metadata.name})`),
  );
  const misfits = [...new Set(roles.flatMap((role) => findMisfits(role, tenant).map(describeMisfit)))];
  const mend =
    'Bind it in spec.credentials of the tenant, or take it out of the role. The tenant is not Ready before';
  const findings = [
    ...misfits.map((misfit) => failed(subject, `${misfit}. Correct the binding, or the role`)),
    ...(unbound.length === 0
      ? []
      : [
          noted(
            subject,
            `these are not bound, so calls that need them are denied: ${listFirst(unbound, MAX_NAMED)}. ${mend}`,
          ),
        ]),
  ];
  if (findings.length > 0 || bound.every(({ count }) => count === 0)) return findings;
  return [passed(subject, 'all that its roles name are bound')];
}
