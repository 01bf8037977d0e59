import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { type ContainerView, containerField, type PodSubject } from '../../pod/pod-subject.ts';
import type { RolePolicy } from '../../roles/role-policy.ts';
import { readAmount } from '../../pod/read-amount.ts';
import { show } from '../../../lib/show.ts';

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;
type Resource = (typeof RESOURCES)[number];

// The API server writes every zero as 0 and refuses what is below it, before a policy is asked. One rule a resource: a
// loop over their names takes more steps.
const aboveZero = (limits: string, absent: string): string =>
  RESOURCES.map((resource) => `string(${limits}[?'${resource}'].orValue('${absent}')) != '0'`).join(' && ');

/**
 * Every container must say how much it may use, and the pod may use no more than its role grants.
 *
 * Fields: `resources.limits` of every container and init container (ephemeral ones can have none), `spec.resources.limits`.
 * Allowed: cpu, memory and ephemeral-storage all stated and above 0, since 0 means no limit to a container runtime.
 * With a role: each at most the role's, and so is the sum of what runs side by side, as the scheduler counts it: the
 * containers and the init containers that go on running (KEP-753), and every other init container beside those of
 * them that start before it. `spec.resources.requests` is at most the role's as well.
 */
export const resourceLimits: Check = {
  name: 'resource-limits',
  summary:
    'Every container states limits for cpu, memory and ephemeral-storage, together at most those of the role.',
  rationale:
    'A container without a limit may take all that its node has: other workloads starve or are killed, and the bill is not bounded.',
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
  evaluate: (subject, { role }) => {
    let findings: Finding[] | null = null;
    for (const resource of RESOURCES) {
      const before = findings?.length ?? 0;
      for (const view of subject.containers) {
        if (view.position === 'EphemeralContainer') continue;
        findings = collectFinding(findings, judgeLimit(subject, view, resource, role));
      }
      findings = collectFinding(findings, judgeLimit(subject, null, resource, role));
      if (role !== null) findings = collectFinding(findings, judgeReserved(subject, resource, role));
      // A limit that is missing or too high by itself has been told; its sum would only say so again.
      if (role === null || (findings?.length ?? 0) > before) continue;
      findings = collectFinding(findings, judgeSum(subject, resource, role));
    }
    return findings ?? NO_FINDINGS;
  },
};

/** Judges one limit of a container, or of the pod where `view` is null; there it need not be stated. */
function judgeLimit(
  { spec }: PodSubject,
  view: ContainerView | null,
  resource: Resource,
  role: RolePolicy | null,
): Finding | null {
  const value = (view === null ? spec.resources : view.container.resources)?.limits?.[resource] ?? null;
  if (value === null && view === null) return null;
  const amount = value === null ? null : readAmount(value);
  if (amount !== null && isWithin(amount, resource, role)) return null;
  const field = `resources.limits.${resource}`;
  return {
    container: view === null ? null : (view.container.name ?? ''),
    field: view === null ? `spec.${field}` : containerField(view, field),
    found: amount === 0n ? `${value}, which means no limit` : show(value),
    required: `above 0${ceiling(role, resource)}`,
    fix: 'Set it to what the container needs.',
  };
}

function isWithin(amount: bigint, resource: Resource, role: RolePolicy | null): boolean {
  return amount > 0n && (role === null || amount <= (role.limits.get(resource) ?? 0n));
}

/** The most that runs at one time: the containers, or an init container, each beside the sidecars started before it. */
function judgeSum({ containers }: PodSubject, resource: Resource, role: RolePolicy): Finding | null {
  const limitOf = ({ container }: ContainerView) => container.resources?.limits?.[resource] ?? 0;
  const most = role.limits.get(resource) ?? 0n;
  const beside: ContainerView[] = [];
  let sum = 0n;
  for (const view of containers) {
    if (view.position === 'EphemeralContainer') continue;
    const amount = readAmount(limitOf(view)) ?? 0n;
    const goesOn = view.position === 'Container' || view.container.restartPolicy === 'Always';
    if (!goesOn && sum + amount > most) return tooMuch([...beside, view].map(limitOf), resource, role);
    if (!goesOn) continue;
    beside.push(view);
    sum += amount;
  }
  return sum <= most ? null : tooMuch(beside.map(limitOf), resource, role);
}

function tooMuch(stated: readonly (string | number)[], resource: Resource, role: RolePolicy): Finding {
  return {
    container: null,
    field: `spec.containers[*].resources.limits.${resource}`,
    found: show(stated.join(' + ')),
    required: `together above 0${ceiling(role, resource)}`,
    fix: 'Lower the limits of the containers: the role grants them to the pod as a whole.',
  };
}

/** What the pod as a whole has reserved for it (KEP-2837): the API server bounds it by no limit of a container. */
function judgeReserved({ spec }: PodSubject, resource: Resource, role: RolePolicy): Finding | null {
  const value = spec.resources?.requests?.[resource] ?? null;
  if (value === null || (readAmount(value) ?? -1n) <= (role.limits.get(resource) ?? 0n)) return null;
  return {
    container: null,
    field: `spec.resources.requests.${resource}`,
    found: show(value),
    required: `at most ${role.limitTexts.get(resource) ?? '0'}, the limit of the role ${role.name}`,
    fix: 'Lower or remove it: what no limit of the role covers cannot be reserved either.',
  };
}

function ceiling(role: RolePolicy | null, resource: Resource): string {
  if (role === null) return '';
  const text = role.limitTexts.get(resource);
  return text === undefined
    ? `, but the role ${role.name} grants none`
    : ` and at most ${text}, the limit of the role ${role.name}`;
}
