import type { AgentRole } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { agentCredentials } from '../../policy/credentials/agent-credentials.ts';
import { type BoundCredentials, bindCredentials } from '../../policy/credentials/bind-credentials.ts';
import { bindLogins } from '../../policy/credentials/bind-logins.ts';
import { describeMisfit, findMisfits } from '../../policy/credentials/find-misfits.ts';
import { mayHaveLoginRoles } from '../../policy/database/decide-logins.ts';
import { buildDatabaseRoles } from '../../policy/vault/database-role.ts';
import { buildSandboxPolicy } from '../../policy/vault/sandbox-policy.ts';
import { vaultName } from '../../policy/vault/vault-identity.ts';
import type { WantedByRole } from './decide-identity.ts';

/** What a sandbox needs of credentials. */
export interface CredentialNeeds {
  /** The identity that it must have in Vault; null where nothing that it may read is there. */
  readonly identity: WantedByRole | null;
  readonly bound: BoundCredentials;
  /** What the tenant binds and nobody can give. */
  readonly problems: readonly string[];
  /** Whether logins are bound, and none is made since the isolation of the tenant's rows is not proven. */
  readonly withholdsLogins: boolean;
}

/** Finds what a sandbox needs of Vault, by its role and its tenant. */
export function findNeeds(
  { metadata }: AgentSandbox,
  role: Pick<AgentRole, 'spec'>,
  tenant: Pick<TenantIsolation, 'metadata' | 'spec'>,
): CredentialNeeds {
  const bound = bindCredentials(role, tenant);
  const { vault } = tenant.spec;
  const misfits = findMisfits(role, tenant).map(describeMisfit);
  const needsVault = bound.keyValues.length > 0 || bound.databaseMounts.length > 0;
  if (!needsVault || vault === undefined)
    return { identity: null, bound, problems: misfits, withholdsLogins: false };
  const { logins, problems } = bindLogins(role, tenant);
  const mayIssue = mayHaveLoginRoles(tenant);
  const issued = mayIssue ? logins : [];
  const owner = {
    tenant: tenant.metadata.name,
    namespace: metadata.namespace ?? '',
    sandbox: metadata.name,
  };
  const place = { authMount: vault.authMount, namespace: vault.namespace ?? null };
  const policy = buildSandboxPolicy(role.spec.credentials, agentCredentials(tenant.spec), {
    name: vaultName(owner),
    loginMounts: issued.map(({ mount }) => mount),
  });
  const uids = { tenantUID: tenant.metadata.uid ?? '', sandboxUID: metadata.uid ?? '' };
  const databaseRoles = buildDatabaseRoles(issued, uids);
  const { databaseMounts } = bound;
  return {
    identity: { owner, place, policy: policy.text, databaseRoles, databaseMounts },
    bound,
    problems: [...policy.problems, ...misfits, ...problems],
    withholdsLogins: logins.length > 0 && tenant.spec.database !== undefined && !mayIssue,
  };
}
