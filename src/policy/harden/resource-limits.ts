import { parseQuantity } from '../../lib/quantity.ts';
import type { Container, Pod } from '../pod/pod.ts';
import { type ContainerPosition, createPodSubject } from '../pod/pod-subject.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import { changeContainers } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';
import { formatBytes, formatCores } from '../../lib/format-amount.ts';

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;
type Resource = (typeof RESOURCES)[number];
const NANO = 1_000_000_000n;

/**
 * States limits that are absent: containers that run side by side share evenly what the role grants and the others leave;
 * one that runs alone before them may take as much as they together. A limit above the role's has to be decided.
 */
export const resourceLimits: Fix = {
  check: 'resource-limits',
  apply: (pod, { role }) =>
    RESOURCES.reduce((changed, resource) => stateLimits(changed, resource, role), pod),
};

function stateLimits(pod: Pod, resource: Resource, role: RolePolicy): Pod {
  const { share, whole } = divide(pod, resource, role);
  return changeContainers(pod, (container, position) => {
    if (position === 'EphemeralContainer' || limitOf(container, resource) > 0n) return container;
    const amount = runsBeside(container, position) ? share : whole;
    const limit = resource === 'cpu' ? formatCores(amount) : formatBytes(amount / NANO);
    const asked = parseQuantity(container.resources?.requests?.[resource] ?? 0) ?? 0n;
    // A limit below what is asked for would not be valid.
    if (limit === null || asked > (parseQuantity(limit) ?? 0n)) return container;
    const resources = {
      ...container.resources,
      limits: { ...container.resources?.limits, [resource]: limit },
    };
    return { ...container, resources };
  });
}

/** In nano-units: what each container that runs beside others and states no limit is given, and what one alone is. */
function divide(pod: Pod, resource: Resource, role: RolePolicy): { share: bigint; whole: bigint } {
  const ceiling = ceilingOf(pod, resource, role);
  const beside = createPodSubject(pod)
    .containers.filter(({ container, position }) => runsBeside(container, position))
    .map(({ container }) => limitOf(container, resource));
  const stated = beside.reduce((sum, limit) => sum + limit, 0n);
  const left = stated < ceiling ? ceiling - stated : 0n;
  const missing = BigInt(beside.filter((limit) => limit === 0n).length);
  if (missing > 0n) return { share: left / missing, whole: ceiling };
  return { share: 0n, whole: left === 0n ? ceiling : stated };
}

/** What the role grants, or the pod as a whole is limited to where that is less. */
function ceilingOf({ spec }: Pod, resource: Resource, role: RolePolicy): bigint {
  const granted = role.limits.get(resource) ?? 0n;
  const forPod = parseQuantity(spec?.resources?.limits?.[resource] ?? 0) ?? 0n;
  return forPod > 0n && forPod < granted ? forPod : granted;
}

/** In nano-units; 0 where there is none, which is also what 0 means to a container runtime. */
function limitOf({ resources }: Container, resource: Resource): bigint {
  return parseQuantity(resources?.limits?.[resource] ?? 0) ?? 1n;
}

function runsBeside({ restartPolicy }: Container, position: ContainerPosition): boolean {
  return position === 'Container' || (position === 'InitContainer' && restartPolicy === 'Always');
}
