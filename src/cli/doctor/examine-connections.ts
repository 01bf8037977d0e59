import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { allowsRoles, rolesOfTenant } from '../../policy/vault/allows-roles.ts';
import { connectionPath } from '../../policy/vault/vault-mounts.ts';
import type { VaultInventory } from '../../vault/vault-inventory.ts';
import { failed, type Finding, passed } from './finding.ts';
import { readVaultOr, WRITE_POLICY } from './vault-findings.ts';

interface NamedConnection {
  readonly tenant: string;
  readonly namespace: string | null;
  readonly path: string;
}

/** The database connections that tenants name: there, and open to the roles of their sandboxes. */
export async function examineConnections(
  inventory: VaultInventory,
  tenants: readonly TenantIsolation[],
): Promise<readonly Finding[]> {
  const findings = namedConnections(tenants).map((named) => {
    const subject = `Vault, connection ${named.path} of TenantIsolation ${named.tenant}`;
    return readVaultOr(subject, WRITE_POLICY, async () => {
      const roles = await inventory.allowedRoles(named.path, named.namespace);
      const judged = judgeConnection(subject, roles, named);
      if (judged.state !== 'Passed') return [judged];
      const template = await inventory.usernameTemplate(named.path, named.namespace);
      return [judged, judgeTemplate(subject, template, named)];
    });
  });
  return (await Promise.all(findings)).flat();
}

function namedConnections(tenants: readonly TenantIsolation[]): readonly NamedConnection[] {
  return tenants.flatMap(({ metadata, spec: { vault, credentials } }) => {
    if (vault === undefined) return [];
    const paths = credentials.flatMap(({ vaultDatabase }) =>
      // With a static role, Vault makes no login at it.
      vaultDatabase === undefined || vaultDatabase.staticRole !== undefined
        ? []
        : [connectionPath(vaultDatabase)],
    );
    const namespace = vault.namespace ?? null;
    return [...new Set(paths)].map((path) => ({ tenant: metadata.name, namespace, path }));
  });
}

function judgeConnection(
  subject: string,
  roles: readonly string[] | null,
  { tenant, path }: NamedConnection,
): Finding {
  if (roles === null)
    return failed(
      subject,
      `does not exist. Write it in Vault, or take its vaultDatabase out of spec.credentials of the tenant: no login is made at it yet`,
    );
  if (allowsRoles(roles, tenant)) return passed(subject, `allows the roles ${rolesOfTenant(tenant)}`);
  const is = roles.length === 0 ? 'empty' : JSON.stringify(roles);
  const mend = `vault write ${path} allowed_roles="${rolesOfTenant(tenant)}"`;
  return failed(
    subject,
    `allowed_roles is ${is}; must have ${rolesOfTenant(tenant)}. Set it, with those of other tenants that use it: ${mend}`,
  );
}

/** What the name of a login would tell: Vault's own template has the name of the database role in it, and that of who asked. */
const TELLS_TENANT = /\.(RoleName|DisplayName)\b/;

function judgeTemplate(subject: string, template: string | null, { tenant, path }: NamedConnection): Finding {
  const isTold = template === null || TELLS_TENANT.test(template) || template.includes(tenant);
  if (!isTold) return passed(subject, 'gives logins names that say nothing of the tenant');
  const is = template === null ? 'not set' : JSON.stringify(template);
  return failed(
    subject,
    `username_template is ${is}, so that every login of the server sees the names of tenants. Set one without them: vault write ${path} username_template='cloister-{{random 20 | lowercase}}'`,
  );
}
