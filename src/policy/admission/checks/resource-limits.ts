import { formatBytes, formatCores } from '../../../lib/format-amount.ts';
import { NANO_UNITS, parseQuantity } from '../../../lib/quantity.ts';
import { show } from '../../../lib/show.ts';
import { changeContainers } from '../../pod/change-pod.ts';
import type { Container, Pod, PodSpec } from '../../pod/pod.ts';
import {
  type ContainerPosition,
  type ContainerView,
  createPodSubject,
  inContainer,
} from '../../pod/pod-subject.ts';
import type { RolePolicy } from '../../roles/role-policy.ts';
import type { Check, Report } from '../check.ts';

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;
type Resource = (typeof RESOURCES)[number];
type Value = string | number | null;

// The API server serializes every zero as "0" and rejects what is below it before a policy is evaluated. Each resource
// is written out: a loop over their names costs more.
const aboveZero = (limits: string, absent: string): string =>
  RESOURCES.map((resource) => `string(${limits}[?'${resource}'].orValue('${absent}')) != '0'`).join(' && ');

/**
 * Every container must limit what it uses, and the pod must not use more than its role grants.
 *
 * Fields: `resources.limits` of every container and init container (ephemeral ones can have none), `spec.resources.limits`.
 * Allowed: cpu, memory and ephemeral-storage all set and above 0, since 0 means no limit to a container runtime.
 * With a role: each at most the role's, and so is the sum of what runs side by side, as the scheduler counts it: the
 * containers and the sidecars (KEP-753), and every other init container beside the sidecars that start before it.
 * `spec.resources.requests` is at most the role's as well.
 */
export const resourceLimits: Check = {
  name: 'resource-limits',
  summary:
    'Every container sets limits for cpu, memory and ephemeral-storage, together at most those of the role.',
  rationale:
    'A container without a limit may take everything that its node has: other workloads starve or are killed, and the cost has no bound.',
  fields: [
    'spec.containers[*].resources.limits',
    'spec.initContainers[*].resources.limits',
    'spec.resources.limits',
    'spec.resources.requests',
  ],
  positions: ['Pod', 'Container', 'InitContainer'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    {
      each: ['Container', 'InitContainer'],
      expression: aboveZero('c.?resources.?limits', '0'),
    },
    { expression: aboveZero('object.spec.?resources.?limits', '1') },
  ],
  evaluate: ({ spec, containers }, { role }, report) => {
    const limited = containers.filter(({ position }) => position !== 'EphemeralContainer');
    for (const resource of RESOURCES) {
      evaluateContainers(limited, resource, role, report);
      evaluatePod(spec, resource, role, report);
    }
  },
  // A limit above the role's stays: its author has to decide.
  fix: (pod, { role }) => RESOURCES.reduce((changed, resource) => setLimits(changed, resource, role), pod),
};

function evaluateContainers(
  views: readonly ContainerView[],
  resource: Resource,
  role: RolePolicy | null,
  report: Report,
): void {
  const wrong = views.filter(({ container }) => !isAllowed(limitOf(container, resource), resource, role));
  for (const view of wrong) {
    report({
      ...inContainer(view, `resources.limits.${resource}`),
      found: showLimit(limitOf(view.container, resource)),
      required: requiredLimit(resource, role),
      fix: 'Set it to what the container needs.',
    });
  }
  // A limit that is wrong by itself makes the sum wrong too.
  if (role !== null && wrong.length === 0) evaluateSum(views, resource, role, report);
}

/** Evaluates the most that runs at one time: the containers, or an init container, each beside the sidecars before it. */
function evaluateSum(
  views: readonly ContainerView[],
  resource: Resource,
  role: RolePolicy,
  report: Report,
): void {
  const beside: ContainerView[] = [];
  let sum = 0n;
  for (const view of views) {
    const amount = amountOf(view.container, resource);
    if (runsBeside(view.container, view.position)) {
      beside.push(view);
      sum += amount;
    } else if (!isWithin(sum + amount, resource, role)) {
      reportSum([...beside, view], resource, role, report);
      return;
    }
  }
  if (!isWithin(sum, resource, role)) reportSum(beside, resource, role, report);
}

function reportSum(
  views: readonly ContainerView[],
  resource: Resource,
  role: RolePolicy,
  report: Report,
): void {
  report({
    field: `spec.containers[*].resources.limits.${resource}`,
    found: show(views.map(({ container }) => limitOf(container, resource)).join(' + ')),
    required: `must be ${atMost(resource, role, ' in total')}`,
    fix: 'Lower the limits of the containers: the role grants them to the pod as a whole.',
  });
}

/** Evaluates what is limited and reserved for the pod as a whole (KEP-2837), which no limit of a container bounds. */
function evaluatePod(spec: PodSpec, resource: Resource, role: RolePolicy | null, report: Report): void {
  const limit = limitOf(spec, resource);
  if (limit !== null && !isAllowed(limit, resource, role)) {
    report({
      field: `spec.resources.limits.${resource}`,
      found: showLimit(limit),
      required: requiredLimit(resource, role),
      fix: 'Set it to what the pod needs, or remove it.',
    });
    // The API server takes an absent request from the limit, and rejects one above it.
    return;
  }
  const request = spec.resources?.requests?.[resource] ?? null;
  const requested = request === null ? 0n : parseQuantity(request);
  if (role === null || (requested !== null && isWithin(requested, resource, role))) return;
  report({
    field: `spec.resources.requests.${resource}`,
    found: show(request),
    required: `must be ${atMost(resource, role)}`,
    fix: 'Lower it or remove it: a pod cannot reserve more than its role grants.',
  });
}

/** Whether a limit is set, is more than 0 and is at most the role's. */
function isAllowed(limit: Value, resource: Resource, role: RolePolicy | null): boolean {
  const amount = limit === null ? null : parseQuantity(limit);
  return amount !== null && amount > 0n && (role === null || isWithin(amount, resource, role));
}

function isWithin(amount: bigint, resource: Resource, role: RolePolicy): boolean {
  return amount <= (role.limits.get(resource) ?? 0n);
}

function showLimit(limit: Value): string {
  const isZero = limit !== null && parseQuantity(limit) === 0n;
  return isZero ? `${show(limit)}, which means no limit` : show(limit);
}

function requiredLimit(resource: Resource, role: RolePolicy | null): string {
  if (role === null) return 'must be above 0';
  return role.limits.has(resource)
    ? `must be above 0 and ${atMost(resource, role)}`
    : `must be above 0, but role "${role.name}" grants no ${resource}`;
}

function atMost(resource: Resource, role: RolePolicy, of = ''): string {
  const text = role.limitTexts.get(resource) ?? '0';
  return `at most "${text}"${of}, the limit of role "${role.name}"`;
}

/**
 * Sets the limits that are not set: containers that run side by side share evenly what the role grants and the others
 * leave; one that runs alone before them may have as much as they together.
 */
function setLimits(pod: Pod, resource: Resource, role: RolePolicy): Pod {
  const { share, whole } = divide(pod, resource, role);
  return changeContainers(pod, (container, position) => {
    if (position === 'EphemeralContainer' || amountOf(container, resource) > 0n) return container;
    const amount = runsBeside(container, position) ? share : whole;
    const limit = resource === 'cpu' ? formatCores(amount) : formatBytes(amount / NANO_UNITS);
    const requested = parseQuantity(container.resources?.requests?.[resource] ?? 0) ?? 0n;
    // The API server rejects a limit below the request.
    if (limit === null || requested > (parseQuantity(limit) ?? 0n)) return container;
    const limits = { ...container.resources?.limits, [resource]: limit };
    return { ...container, resources: { ...container.resources, limits } };
  });
}

/** In nano-units: what each container that runs beside others and has no limit gets, and what one that runs alone gets. */
function divide(pod: Pod, resource: Resource, role: RolePolicy): { share: bigint; whole: bigint } {
  const ceiling = ceilingOf(pod, resource, role);
  const beside = createPodSubject(pod)
    .containers.filter(({ container, position }) => runsBeside(container, position))
    .map(({ container }) => amountOf(container, resource));
  const stated = beside.reduce((sum, limit) => sum + limit, 0n);
  const left = stated < ceiling ? ceiling - stated : 0n;
  const missing = BigInt(beside.filter((limit) => limit === 0n).length);
  if (missing > 0n) return { share: left / missing, whole: ceiling };
  return { share: 0n, whole: left === 0n ? ceiling : stated };
}

/** What the role grants, or the limit of the pod as a whole where that is less. */
function ceilingOf({ spec }: Pod, resource: Resource, role: RolePolicy): bigint {
  const granted = role.limits.get(resource) ?? 0n;
  const ofPod = parseQuantity(spec?.resources?.limits?.[resource] ?? 0) ?? 0n;
  return ofPod > 0n && ofPod < granted ? ofPod : granted;
}

function limitOf({ resources }: Container | PodSpec, resource: Resource): Value {
  return resources?.limits?.[resource] ?? null;
}

/** In nano-units; 0 where no limit is set. A limit that is no quantity counts as set. */
function amountOf({ resources }: Container, resource: Resource): bigint {
  return parseQuantity(resources?.limits?.[resource] ?? 0) ?? 1n;
}

/** Whether the container runs at the same time as the containers of the pod. */
function runsBeside({ restartPolicy }: Container, position: ContainerPosition): boolean {
  return position === 'Container' || (position === 'InitContainer' && restartPolicy === 'Always');
}
