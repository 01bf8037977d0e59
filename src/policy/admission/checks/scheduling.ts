import { NEVER_TOLERATED } from '../../../api/agent-role/sandbox.ts';
import { show } from '../../../lib/show.ts';
import { changeSpec, without } from '../../pod/change-pod.ts';
import type { PodAffinityTerm, PodSpec, Toleration } from '../../pod/pod.ts';
import type { Check, Report } from '../check.ts';
import { nodeSelectorTermsOf } from '../node-selector-terms.ts';

const SCHEDULER = 'default-scheduler';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const POD_AFFINITIES = ['podAffinity', 'podAntiAffinity'] as const;
const NODE_AFFINITY = 'object.spec.?affinity.?nodeAffinity';
const HAS_NO_FIELDS = '?matchFields.orValue([]).size() == 0';
const IS_OF_NAMESPACE = (term: string): string =>
  `${term}.?namespaces.orValue([]).size() == 0 && !has(${term}.namespaceSelector)`;

/**
 * The default scheduler must choose the node, and never one of the control plane or without a working network.
 *
 * Fields: `spec.nodeName` (only on creation: the scheduler sets it later), `spec.schedulerName`, `spec.tolerations`,
 * `spec.affinity`.
 * Allowed: no node name; `default-scheduler` or no scheduler name; tolerations with a key that is not in
 * `NEVER_TOLERATED`; node affinity without `matchFields`, which name a node (the pods of a DaemonSet have them, so none
 * can run here); pod affinity to pods of the same namespace. `node-placement` asks the role for the rest.
 */
export const scheduling: Check = {
  name: 'scheduling',
  summary:
    'The pod names neither its node nor its scheduler, and tolerates no taint of the control plane or of a node without a network.',
  rationale:
    'A pod that sets its node bypasses the scheduler and every taint. An escape is most valuable next to the API server, etcd or a system component, and a NetworkPolicy has no effect on a node whose network does not work yet.',
  fields: ['spec.nodeName', 'spec.schedulerName', 'spec.tolerations', 'spec.affinity'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    { expression: "request.operation != 'CREATE' || object.spec.?nodeName.orValue('') == ''" },
    { expression: "object.spec.?schedulerName.orValue('') in ['', 'default-scheduler']" },
    {
      expression: `object.spec.?tolerations.orValue([]).all(t, !(t.?key.orValue('') in [${['', ...NEVER_TOLERATED].map((key) => `'${key}'`).join(', ')}]))`,
    },
    {
      expression: `${NODE_AFFINITY}.?${REQUIRED}.?nodeSelectorTerms.orValue([]).all(t, t.${HAS_NO_FIELDS}) && ${NODE_AFFINITY}.?${PREFERRED}.orValue([]).all(p, p.?preference.${HAS_NO_FIELDS})`,
    },
    ...POD_AFFINITIES.map((kind) => ({
      expression: `object.spec.?affinity.?${kind}.?${REQUIRED}.orValue([]).all(t, ${IS_OF_NAMESPACE('t')}) && object.spec.?affinity.?${kind}.?${PREFERRED}.orValue([]).all(p, ${IS_OF_NAMESPACE('p.podAffinityTerm')})`,
    })),
  ],
  evaluate: ({ spec }, { operation }, report) => {
    const { nodeName, schedulerName, tolerations } = spec;
    if (operation === 'Create' && nodeName) {
      report({
        field: 'spec.nodeName',
        found: show(nodeName),
        required: 'must not be set',
        fix: 'Remove it. To choose a kind of node, set spec.nodeSelector.',
      });
    }
    if (schedulerName && schedulerName !== SCHEDULER) {
      report({
        field: 'spec.schedulerName',
        found: show(schedulerName),
        required: `must be "${SCHEDULER}" or not set`,
        fix: 'Remove it.',
      });
    }
    for (const [index, toleration] of (tolerations ?? []).entries()) {
      if (isTolerable(toleration)) continue;
      report({
        field: `spec.tolerations[${index}]`,
        found: show(toleration),
        required: toleration?.key
          ? 'must not tolerate a taint of the control plane, or of a node without a network'
          : 'must have a key, because without one it tolerates every taint',
        fix: 'Set the key of the taint that this agent must tolerate, or remove the toleration.',
      });
    }
    evaluateAffinity(spec, report);
  },
  fix: (pod) =>
    changeSpec(pod, (spec) => {
      const free: PodSpec = without(spec, 'nodeName', 'schedulerName');
      return spec.tolerations ? { ...free, tolerations: spec.tolerations.filter(isTolerable) } : free;
    }),
};

/** Whether a role may allow the toleration. */
export function isTolerable(toleration: Toleration): boolean {
  return !!toleration?.key && !NEVER_TOLERATED.includes(toleration.key);
}

function evaluateAffinity(spec: PodSpec, report: Report): void {
  for (const { term, field } of nodeSelectorTermsOf(spec)) {
    if (!term.matchFields?.length) continue;
    report({
      field: `${field}.matchFields`,
      found: show(term.matchFields),
      required: 'must not be set, because it names a node',
      fix: 'Remove it. The pods of a DaemonSet always have it: use a Deployment instead.',
    });
  }
  for (const { term, field } of podAffinityTermsOf(spec)) {
    const { namespaces, namespaceSelector } = term;
    const members = { namespaces: namespaces?.length ? namespaces : null, namespaceSelector };
    for (const [member, value] of Object.entries(members)) {
      if (value === undefined || value === null) continue;
      report({
        field: `${field}.${member}`,
        found: show(value),
        required: 'must not be set, so that the term is about pods of the same namespace alone',
        fix: 'Remove it.',
      });
    }
  }
}

interface PlacedTerm {
  readonly term: PodAffinityTerm;
  readonly field: string;
}

function podAffinityTermsOf({ affinity }: PodSpec): readonly PlacedTerm[] {
  return POD_AFFINITIES.flatMap((kind) => {
    const at = `spec.affinity.${kind}`;
    const required = (affinity?.[kind]?.[REQUIRED] ?? []).map((term, index) => ({
      term,
      field: `${at}.${REQUIRED}[${index}]`,
    }));
    const preferred = (affinity?.[kind]?.[PREFERRED] ?? []).map(({ podAffinityTerm }, index) => ({
      term: podAffinityTerm ?? {},
      field: `${at}.${PREFERRED}[${index}].podAffinityTerm`,
    }));
    return [...required, ...preferred];
  });
}
