import { show } from '../../../lib/show.ts';
import type { Finding } from '../../decision.ts';
import type { Resources } from '../../pod/pod.ts';
import { EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import type { Check, Report } from '../check.ts';

const ALLOWED_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
const IS_ALLOWED_IN_CEL = `name in [${ALLOWED_RESOURCES.map((name) => `'${name}'`).join(', ')}]`;
const AMOUNTS = ['limits', 'requests'] as const;

/** The container and path of a field of a container, or of the pod's spec. */
type Locate = (field: string) => Pick<Finding, 'container' | 'field'>;

/**
 * The pod may request no device of the node.
 *
 * Fields: `spec.resourceClaims`, `spec.resources`, and of every container `resources` and `volumeDevices`.
 * Allowed: the resources cpu, memory and ephemeral-storage. Huge pages are not allowed: they come from a pool that all
 * pods of the node share, and no memory limit counts them.
 */
export const devices: Check = {
  name: 'devices',
  summary: 'The pod requests no devices: no claims, block volumes, huge pages or extended resources.',
  rationale:
    "A device gives the agent a driver in the node's kernel, and memory that workloads share and that is seldom erased between them.",
  fields: [
    'spec.resourceClaims',
    'spec.resources',
    'spec.containers[*].resources',
    'spec.containers[*].volumeDevices',
  ],
  positions: ['Pod', ...EVERY_CONTAINER],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    { expression: 'object.spec.?resourceClaims.orValue([]).size() == 0' },
    { expression: 'object.spec.?resources.?claims.orValue([]).size() == 0' },
    ...AMOUNTS.map((amounts) => ({
      expression: `object.spec.?resources.?${amounts}.orValue({}).all(name, ${IS_ALLOWED_IN_CEL})`,
    })),
    { each: EVERY_CONTAINER, expression: '!has(c.volumeDevices) || c.volumeDevices.size() == 0' },
    { each: EVERY_CONTAINER, expression: 'c.?resources.?claims.orValue([]).size() == 0' },
    ...AMOUNTS.map((amounts) => ({
      each: EVERY_CONTAINER,
      expression: `c.?resources.?${amounts}.orValue({}).all(name, ${IS_ALLOWED_IN_CEL})`,
    })),
  ],
  evaluate: ({ spec, containers }, _context, report) => {
    const inSpec: Locate = (field) => ({ field: `spec.${field}` });
    evaluateList(spec.resourceClaims, () => inSpec('resourceClaims'), report);
    evaluateResources(spec.resources, inSpec, report);
    for (const view of containers) {
      const locate: Locate = (field) => inContainer(view, field);
      evaluateResources(view.container.resources, locate, report);
      evaluateList(view.container.volumeDevices, () => locate('volumeDevices'), report);
    }
  },
};

function evaluateResources(resources: Resources | undefined, locate: Locate, report: Report): void {
  if (!resources) return;
  for (const amounts of AMOUNTS) {
    for (const [name, amount] of Object.entries(resources[amounts] ?? {})) {
      if (ALLOWED_RESOURCES.includes(name)) continue;
      report({
        ...locate(`resources.${amounts}[${name}]`),
        // To the API server a quantity that is null is 0.
        found: show(amount ?? 0),
        required: 'must not be set',
        fix: `Remove ${name} from the ${amounts}; only cpu, memory and ephemeral-storage are allowed.`,
      });
    }
  }
  evaluateList(resources.claims, () => locate('resources.claims'), report);
}

function evaluateList(
  list: readonly { readonly name?: string }[] | undefined,
  locate: () => ReturnType<Locate>,
  report: Report,
): void {
  if (!list?.length) return;
  report({
    ...locate(),
    found: show(list.map(({ name }) => name)),
    required: 'must not be set',
    fix: 'Remove it; an agent gets no devices.',
  });
}
