import { agentRole } from '../../api/agent-role.ts';
import { API_VERSION } from '../../api/names.ts';
import { tenantIsolation } from '../../api/tenant-isolation.ts';
import { compileRole } from '../../policy/admission/compile-role.ts';
import { compileTenant } from '../../policy/admission/compile-tenant.ts';
import type { RolePolicy } from '../../policy/admission/role-policy.ts';
import type { TenantPolicy } from '../../policy/admission/tenant-policy.ts';

/** The roles and tenants that were found among the manifests. */
export class Policies {
  readonly #roles = new Map<string, RolePolicy>();
  readonly #tenants = new Map<string, TenantPolicy>();

  /** Takes a role or tenant in. Gives null where the object is neither, an empty text where it was taken, else why not. */
  take(object: Readonly<Record<string, unknown>>): string | null {
    if (object['apiVersion'] !== API_VERSION) return null;
    if (object['kind'] === agentRole.kind) {
      const role = agentRole.schema.safeParse(object);
      if (!role.success) return explain('AgentRole', role.error.issues);
      this.#roles.set(role.data.metadata.name, compileRole(role.data));
      return '';
    }
    if (object['kind'] !== tenantIsolation.kind) return null;
    const tenant = tenantIsolation.schema.safeParse(object);
    if (!tenant.success) return explain('TenantIsolation', tenant.error.issues);
    this.#tenants.set(tenant.data.metadata.name, compileTenant(tenant.data));
    return '';
  }

  role(name: string): RolePolicy | null {
    return this.#roles.get(name) ?? null;
  }

  tenant(name: string): TenantPolicy | null {
    return this.#tenants.get(name) ?? null;
  }

  tenantOf(namespace: string): TenantPolicy | null {
    return [...this.#tenants.values()].find(({ namespaces }) => namespaces.has(namespace)) ?? null;
  }
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function explain(kind: string, issues: readonly Issue[]): string {
  const lines = issues.slice(0, 5).map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  return `this ${kind} cannot be used: ${lines.join('; ')}`;
}
