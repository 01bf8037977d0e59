import type { AgentQuarantine } from '../../api/agent-quarantine.ts';

/** What of a cluster says whether the target of a quarantine exists. */
export interface KnownTargets {
  readonly hasTenant: (name: string) => boolean;
  readonly hasRole: (name: string) => boolean;
  readonly isEnrolled: (namespace: string) => boolean;
}

/** Returns what its author may not know: a quarantine is never refused, and a mistyped one contains nothing. */
export function quarantineWarnings(
  { spec: { target } }: Pick<AgentQuarantine, 'spec'>,
  known: KnownTargets,
): readonly string[] {
  const missing = missingOf(target, known);
  return missing === null
    ? []
    : [`spec.target: ${missing}; the quarantine contains nothing now, and holds for what is created later`];
}

function missingOf(
  { type, namespace = '', name = '' }: AgentQuarantine['spec']['target'],
  { hasTenant, hasRole, isEnrolled }: KnownTargets,
): string | null {
  if (type === 'Tenant') return hasTenant(name) ? null : `TenantIsolation "${name}" does not exist`;
  if (type === 'Role') return hasRole(name) ? null : `AgentRole "${name}" does not exist`;
  if (type === 'All') return null;
  const place = type === 'Namespace' ? name : namespace;
  return isEnrolled(place) ? null : `no TenantIsolation lists the namespace "${place}"`;
}
