import type { AgentQuarantine } from '../../api/agent-quarantine.ts';

/**
 * What is known of a sandbox or of a governed pod. It has several tenants where its namespace goes from one to another, and
 * several roles where its pod was made with another than it asks for now: a quarantine of any of them holds it.
 */
export interface QuarantineFacts {
  readonly tenants: readonly string[];
  readonly namespace: string;
  readonly roles: readonly string[];
  /** Null for a pod that belongs to no sandbox. */
  readonly sandbox: string | null;
}

type Target = AgentQuarantine['spec']['target'];

/** Returns the quarantine that holds a sandbox or a pod, the oldest where several do; null where none does. */
export function findQuarantine<T extends Pick<AgentQuarantine, 'metadata' | 'spec'>>(
  facts: QuarantineFacts,
  quarantines: Iterable<T>,
): T | null {
  let found: T | null = null;
  for (const quarantine of quarantines) {
    if (holds(quarantine.spec.target, facts) && (found === null || isBefore(quarantine, found))) {
      found = quarantine;
    }
  }
  return found;
}

/** Whether a quarantine of this target holds a sandbox or a pod. */
export function holds({ type, namespace, name = '' }: Target, facts: QuarantineFacts): boolean {
  switch (type) {
    case 'All':
      return true;
    case 'Tenant':
      return facts.tenants.includes(name);
    case 'Namespace':
      return facts.namespace === name;
    case 'Role':
      return facts.roles.includes(name);
    case 'Sandbox':
      return facts.namespace === namespace && facts.sandbox === name;
    default:
      // A type of a later version: more is cut off than was asked for, and not less.
      return true;
  }
}

function isBefore(
  left: Pick<AgentQuarantine, 'metadata'>,
  right: Pick<AgentQuarantine, 'metadata'>,
): boolean {
  const [leftTime, rightTime] = [left, right].map(({ metadata }) => metadata.creationTimestamp ?? '');
  if (leftTime !== rightTime) return (leftTime ?? '') < (rightTime ?? '');
  return left.metadata.name < right.metadata.name;
}
