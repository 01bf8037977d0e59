import type { AgentRole } from '../../api/agent-role.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { agentCredentials } from './agent-credentials.ts';

/** Where a tenant keeps what a role names. */
export interface BoundCredentials {
  /** How many credentials the role has. */
  readonly count: number;
  /** Names that the tenant does not bind, sorted. */
  readonly unbound: readonly string[];
  /** Secrets in version 2 key-value engines, each once. */
  readonly keyValues: readonly { readonly mount: string; readonly path: string }[];
  /** Mounts of database engines that make logins, each once and sorted. */
  readonly databaseMounts: readonly string[];
  /** Names of Secrets in the tenant's system namespace, each once and sorted. */
  readonly secrets: readonly string[];
}

/** Finds what the credentials of a role are bound to. */
export function bindCredentials(
  role: Pick<AgentRole, 'spec'>,
  tenant: Pick<TenantIsolation, 'spec'>,
): BoundCredentials {
  // An older API server may have stored either without the list.
  const names = new Set((role.spec.credentials ?? []).map(({ name }) => name));
  const bindings = agentCredentials(tenant.spec).filter(({ name }) => names.has(name));
  const bound = new Set(bindings.map(({ name }) => name));
  const keyValues = bindings.flatMap(({ vaultKV }) => (vaultKV === undefined ? [] : [vaultKV]));
  const byPlace = new Map(keyValues.map(({ mount, path }) => [`${mount}\n${path}`, { mount, path }]));
  return {
    count: names.size,
    unbound: [...names].filter((name) => !bound.has(name)).sort(),
    keyValues: [...byPlace].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, place]) => place),
    databaseMounts: [...new Set(bindings.flatMap(({ vaultDatabase }) => vaultDatabase?.mount ?? []))].sort(),
    secrets: [...new Set(bindings.flatMap(({ kubernetesSecret }) => kubernetesSecret?.name ?? []))].sort(),
  };
}
