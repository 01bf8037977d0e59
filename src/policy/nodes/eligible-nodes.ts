import type { AllowedToleration, RolePolicy } from '../roles/role-policy.ts';
import type { NodeFacts, Taint } from './node-facts.ts';

/** Kubernetes taints a node with these while it is not ready, full or closed, and takes them off again (well-known taints). */
const PASSING_TAINTS = 'node.kubernetes.io/';

/** Returns the nodes that the pods of a role may run on, now or when their state has passed. */
export function eligibleNodes(nodes: readonly NodeFacts[], role: RolePolicy): readonly NodeFacts[] {
  return nodes.filter(({ metadata: { labels = {} }, spec }) => {
    const isSelected = [...role.nodeSelector].every(([key, value]) => labels[key] === value);
    const isLinux = (labels['kubernetes.io/os'] ?? 'linux') === 'linux';
    return (
      isSelected && isLinux && (spec?.taints ?? []).every((taint) => isNoObstacle(taint, role.tolerations))
    );
  });
}

function isNoObstacle(
  { key = '', value = '', effect }: Taint,
  tolerations: readonly AllowedToleration[],
): boolean {
  if (effect === 'PreferNoSchedule' || key.startsWith(PASSING_TAINTS)) return true;
  return tolerations.some(
    (one) => one.key === key && one.effect === effect && (one.operator === 'Exists' || one.value === value),
  );
}
