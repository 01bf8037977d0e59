import { nearestName } from '../../lib/nearest-name.ts';
import { apiGroup } from '../../policy/pod/pod-template.ts';

/**
 * The kinds of the API groups without a dot in their name, which are Kubernetes' own, beside those that hold pods. A kind
 * of such a group that is not here does not exist.
 */
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  '': [
    'Binding',
    'ComponentStatus',
    'ConfigMap',
    'Endpoints',
    'Event',
    'LimitRange',
    'List',
    'Namespace',
    'Node',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'ResourceQuota',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  apps: ['ControllerRevision'],
  autoscaling: ['HorizontalPodAutoscaler', 'Scale'],
  batch: [],
  extensions: ['Ingress', 'NetworkPolicy', 'PodSecurityPolicy'],
  policy: ['Eviction', 'PodDisruptionBudget', 'PodSecurityPolicy'],
};

const HOLDING_PODS: Readonly<Record<string, readonly string[]>> = {
  '': ['Pod', 'PodTemplate', 'ReplicationController'],
  apps: ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  batch: ['CronJob', 'Job'],
};

/**
 * API groups whose objects may hold what looks like a pod and is none: the schema of a kind, and rules of other policy
 * engines, whose patterns are compared with pods (`runAsUser: ">0"`) or change pods that are reviewed when they are
 * created.
 */
const PATTERNS = [
  'apiextensions.k8s.io',
  'admissionregistration.k8s.io',
  'kyverno.io',
  'policies.kyverno.io',
  'config.gatekeeper.sh',
  'constraints.gatekeeper.sh',
  'expansion.gatekeeper.sh',
  'externaldata.gatekeeper.sh',
  'mutations.gatekeeper.sh',
  'templates.gatekeeper.sh',
];

/** Returns whether the kind is known to hold no pod, whatever it looks like. */
export function isPodlessKind(apiVersion: string, kind: string): boolean {
  const group = apiGroup(apiVersion);
  return PATTERNS.includes(group) || ownMember(BUILT_IN, group)?.includes(kind) === true;
}

/** Says why a kind does not exist in Kubernetes; null for one that exists, or that an extension may define. */
export function explainUnknownKind(apiVersion: string, kind: string): string | null {
  const group = apiGroup(apiVersion);
  const groups = Object.keys(BUILT_IN);
  const subject = `the kind ${kind} of ${apiVersion} is not known`;
  if (!groups.includes(group)) {
    if (group.includes('.')) return null;
    const near = nearestName(
      group,
      groups.filter((name) => name !== ''),
    );
    const advice = near === null ? 'leave it out' : `did you mean the group ${near}?`;
    return `${subject}, and the name of a group that extends Kubernetes has a dot in it; ${advice}`;
  }
  const kinds = kindsOf(group);
  if (kinds.includes(kind)) return null;
  const home = groups.find((name) => kindsOf(name).includes(kind));
  if (home !== undefined) return `${subject}; it is a kind of the group ${home === '' ? 'v1' : home}`;
  const near = kinds.find((name) => name.toLowerCase() === kind.toLowerCase()) ?? nearestName(kind, kinds);
  return near === null ? `${subject}; correct it, or leave it out` : `${subject}; did you mean ${near}?`;
}

function kindsOf(group: string): readonly string[] {
  return [...(ownMember(HOLDING_PODS, group) ?? []), ...(ownMember(BUILT_IN, group) ?? [])];
}

/** The author of a manifest chooses the group: `constructor/v1` must not find a member that every object has. */
function ownMember(
  table: Readonly<Record<string, readonly string[]>>,
  group: string,
): readonly string[] | undefined {
  return Object.hasOwn(table, group) ? table[group] : undefined;
}
