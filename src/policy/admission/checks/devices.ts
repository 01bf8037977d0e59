import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import type { Resources } from '../../pod/pod.ts';
import { type ContainerView, containerField, type PodSubject } from '../../pod/pod-subject.ts';
import { show } from '../../../lib/show.ts';

const ALL = ['Container', 'InitContainer', 'EphemeralContainer'] as const;
const ORDINARY: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const IN_CEL = "name in ['cpu', 'memory', 'ephemeral-storage']";

/**
 * The pod may ask for no device of the node.
 *
 * Fields: `spec.resourceClaims`, `spec.resources`, and of every container `resources` and `volumeDevices`.
 * Allowed: the resources cpu, memory and ephemeral-storage. Huge pages are refused with the rest: they are taken from
 * a pool that the node shares and that no memory limit counts.
 */
export const devices: Check = {
  name: 'devices',
  summary: 'The pod asks for no devices: no claims, block volumes, huge pages or extended resources.',
  rationale:
    'A device is a driver of the host kernel handed to the agent, with memory that is shared between workloads and seldom wiped.',
  fields: [
    'spec.resourceClaims',
    'spec.resources',
    'spec.containers[*].resources',
    'spec.containers[*].volumeDevices',
  ],
  positions: ['Pod', ...ALL],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    { expression: 'object.spec.?resourceClaims.orValue([]).size() == 0' },
    { expression: 'object.spec.?resources.?claims.orValue([]).size() == 0' },
    ...['limits', 'requests'].map((list) => ({
      expression: `object.spec.?resources.?${list}.orValue({}).all(name, ${IN_CEL})`,
    })),
    { each: ALL, expression: '!has(c.volumeDevices) || c.volumeDevices.size() == 0' },
    { each: ALL, expression: 'c.?resources.?claims.orValue([]).size() == 0' },
    ...['limits', 'requests'].map((list) => ({
      each: ALL,
      expression: `c.?resources.?${list}.orValue({}).all(name, ${IN_CEL})`,
    })),
  ],
  evaluate: (subject: PodSubject) => {
    const { resourceClaims, resources } = subject.spec;
    let findings = collectFinding(null, judgeList(resourceClaims, null, 'spec.resourceClaims'));
    findings = judgeResources(findings, resources, null);
    for (const view of subject.containers) {
      findings = judgeResources(findings, view.container.resources, view);
      const { volumeDevices } = view.container;
      if (volumeDevices === undefined) continue;
      const field = containerField(view, 'volumeDevices');
      findings = collectFinding(findings, judgeList(volumeDevices, view, field));
    }
    return findings ?? NO_FINDINGS;
  },
};

function judgeResources(
  findings: Finding[] | null,
  resources: Resources | undefined,
  view: ContainerView | null,
): Finding[] | null {
  if (resources === undefined || resources === null) return findings;
  let all = judgeNames(findings, resources, 'limits', view);
  all = judgeNames(all, resources, 'requests', view);
  if (!resources.claims?.length) return all;
  return collectFinding(all, judgeList(resources.claims, view, fieldOf(view, 'resources.claims')));
}

function judgeNames(
  findings: Finding[] | null,
  resources: Resources,
  list: 'limits' | 'requests',
  view: ContainerView | null,
): Finding[] | null {
  const amounts = resources[list];
  let all = findings;
  for (const name in amounts) {
    if (ORDINARY.has(name)) continue;
    all = collectFinding(all, {
      container: view === null ? null : (view.container.name ?? ''),
      field: fieldOf(view, `resources.${list}[${name}]`),
      found: show(amounts[name]),
      required: 'only cpu, memory and ephemeral-storage',
      fix: `Remove ${name} from the ${list}.`,
    });
  }
  return all;
}

function judgeList(
  list: readonly { readonly name?: string }[] | undefined,
  view: ContainerView | null,
  field: string,
): Finding | null {
  if (list === undefined || list === null || list.length === 0) return null;
  return {
    container: view === null ? null : (view.container.name ?? ''),
    field,
    found: list.map(({ name }) => show(name)).join(', '),
    required: 'nothing',
    fix: 'Remove it: an agent is given no devices.',
  };
}

function fieldOf(view: ContainerView | null, field: string): string {
  return view === null ? `spec.${field}` : containerField(view, field);
}
