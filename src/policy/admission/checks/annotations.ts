import { MAX_METADATA_ENTRIES } from '../../../api/names.ts';
import type { Check } from '../check.ts';
import {
  IS_CLUSTER_PROGRAM,
  IS_HARMLESS_ANNOTATION,
  IS_LISTED_ANNOTATION,
  isClusterProgram,
  isHarmlessAnnotation,
  isListedAnnotation,
  LISTED_ANNOTATIONS,
} from '../allowed-annotations.ts';
import { IS_RESERVED, isReserved } from './reserved-metadata.ts';

const IS_UNCHANGED =
  "(request.operation == 'UPDATE' && oldObject.metadata.?annotations[?key] == object.metadata.?annotations[?key])";
const BY_CLUSTER = `(request.operation == 'UPDATE' && ${IS_CLUSTER_PROGRAM})`;
const ANNOTATIONS = 'object.metadata.?annotations.orValue({})';
/** CEL has a budget. The guard `cloister-pod-metadata` rejects a new pod of more; one from before keeps what it has. */
const IS_LARGE = `${ANNOTATIONS}.size() > ${MAX_METADATA_ENTRIES}`;
const IS_KEPT =
  "(request.operation == 'CREATE' || object.metadata.?annotations == oldObject.metadata.?annotations)";
const allAre = (allowed: string): string =>
  `(${IS_LARGE} ? ${IS_KEPT} : ${ANNOTATIONS}.all(key, ${IS_HARMLESS_ANNOTATION} || ${IS_UNCHANGED} || ${allowed}))`;

/**
 * A pod must carry only annotations that no program obeys, and those that its role lists.
 *
 * Field: `metadata.annotations`. Allowed: harmless annotations of Kubernetes and the marks of Prometheus
 * (`allowed-annotations.ts`), what the role lists in `sandbox.annotations`, and on an update what was there before and
 * what a ServiceAccount of `kube-system` writes, as CNI controllers do. Names under `cloister.dev` are the subject of
 * `reserved-metadata`. The API server knows what the roles of the namespace's tenant list, and not which role it is.
 */
export const annotations: Check = {
  name: 'annotations',
  summary: 'The pod carries only harmless annotations of Kubernetes and those that its role lists.',
  rationale:
    'CNIs, container runtimes, service meshes and injectors obey annotations. One can add a network interface that is outside every NetworkPolicy, a forged source address, a device or another container.',
  fields: ['metadata.annotations'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    {
      expression: `${BY_CLUSTER} || ${allAre(IS_RESERVED)}`,
      // A list of one list is how CEL names a value: the entries are split once.
      liftedInNamespace: `[${LISTED_ANNOTATIONS}].all(entries, ${allAre(`${IS_RESERVED} || ${IS_LISTED_ANNOTATION}`)})`,
    },
  ],
  evaluate: ({ metadata }, { operation, before, role, user }, report) => {
    if (operation === 'Update' && isClusterProgram(user)) return;
    for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
      if (isHarmlessAnnotation(key) || before?.annotations?.[key] === value) continue;
      if (isReserved(key) || isListedAnnotation(key, role?.annotations ?? [])) continue;
      report({
        field: `metadata.annotations[${key}]`,
        // Not the value, which may have a secret in it.
        found: 'set',
        required: role
          ? `must not be set, because role "${role.name}" does not list it`
          : 'must not be set, unless the role of the pod lists it',
        fix: `Remove it, or add "${key}" to sandbox.annotations of the AgentRole.`,
      });
    }
  },
};
