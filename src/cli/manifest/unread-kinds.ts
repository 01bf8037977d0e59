import { isRecord } from '../../lib/is-record.ts';
import { fieldPath } from '../../policy/pod/field-path.ts';
import { apiGroup } from '../../policy/pod/pod-template.ts';

interface UnreadKinds {
  readonly group: string;
  readonly kinds: readonly string[];
  /** What to do instead. */
  readonly advice: string;
}

const ON_CLUSTER = 'review the pods that it makes (kubectl get pods -o yaml)';
const RENDERED = 'render what it deploys, and review that';

/** Kinds whose pods are made from fields that are not those of a pod, or from objects that are elsewhere. */
const UNREAD: readonly UnreadKinds[] = [
  {
    group: 'argoproj.io',
    kinds: [
      'ClusterWorkflowTemplate',
      'CronWorkflow',
      'EventSource',
      'Sensor',
      'Workflow',
      'WorkflowTemplate',
    ],
    advice: ON_CLUSTER,
  },
  { group: 'argoproj.io', kinds: ['Application', 'ApplicationSet'], advice: RENDERED },
  {
    group: 'tekton.dev',
    kinds: ['ClusterTask', 'Pipeline', 'PipelineRun', 'StepAction', 'Task', 'TaskRun'],
    advice: ON_CLUSTER,
  },
  {
    group: 'kubevirt.io',
    kinds: ['VirtualMachine', 'VirtualMachineInstance', 'VirtualMachineInstanceReplicaSet'],
    advice: ON_CLUSTER,
  },
  {
    group: 'sparkoperator.k8s.io',
    kinds: ['ScheduledSparkApplication', 'SparkApplication', 'SparkConnect'],
    advice: ON_CLUSTER,
  },
  { group: 'flink.apache.org', kinds: ['FlinkDeployment', 'FlinkSessionJob'], advice: ON_CLUSTER },
  { group: 'serving.kserve.io', kinds: ['InferenceService', 'LLMInferenceService'], advice: ON_CLUSTER },
  {
    group: 'monitoring.coreos.com',
    kinds: ['Alertmanager', 'Prometheus', 'PrometheusAgent', 'ThanosRuler'],
    advice: ON_CLUSTER,
  },
  {
    group: 'opentelemetry.io',
    kinds: ['Instrumentation', 'OpenTelemetryCollector'],
    advice: ON_CLUSTER,
  },
  { group: 'build.openshift.io', kinds: ['Build', 'BuildConfig'], advice: ON_CLUSTER },
  { group: 'helm.toolkit.fluxcd.io', kinds: ['HelmRelease'], advice: RENDERED },
  { group: 'kustomize.toolkit.fluxcd.io', kinds: ['Kustomization'], advice: RENDERED },
  { group: 'helm.cattle.io', kinds: ['HelmChart', 'HelmChartConfig'], advice: RENDERED },
];

/** Says what to do with a kind that is known to make pods in a way that is not read; null for every other. */
export function explainUnreadKind(apiVersion: string, kind: string): string | null {
  const group = apiGroup(apiVersion);
  const unread = UNREAD.find((one) => one.group === group && one.kinds.includes(kind));
  if (unread === undefined) return null;
  return `the kind ${kind} of ${apiVersion} makes pods from fields that are not read; ${unread.advice}`;
}

/** Members that hold containers, or a pod without metadata. */
const PARTS_OF_PODS = ['podSpec', 'container', 'containers', 'initContainers'];

/**
 * Returns the path of the first part of a pod in a manifest in which no whole pod was found, for kinds that nobody has
 * listed; null where there is none.
 */
export function findPartOfPod(value: unknown, path: readonly (string | number)[] = []): string | null {
  if (Array.isArray(value)) return firstOf([...value.entries()], path);
  if (!isRecord(value)) return null;
  const isPatch = typeof value['podSpecPatch'] === 'string';
  const part = isPatch ? 'podSpecPatch' : PARTS_OF_PODS.find((name) => isPart(value[name]));
  return part === undefined ? firstOf(Object.entries(value), path) : fieldPath([...path, part]);
}

function firstOf(
  members: readonly (readonly [string | number, unknown])[],
  path: readonly (string | number)[],
): string | null {
  for (const [step, member] of members) {
    const found = findPartOfPod(member, [...path, step]);
    if (found !== null) return found;
  }
  return null;
}

/** A container has an image, and a pod has containers. */
function isPart(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isPart);
  if (isRecord(value)) return typeof value['image'] === 'string' || Array.isArray(value['containers']);
  return false;
}
