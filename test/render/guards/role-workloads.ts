import { buildPod, type WritablePod } from '../../build/pod.ts';

/** The kinds of Kubernetes that hold a template of pods. */
export const roleWorkloads = [
  'ControllerRevision',
  'CronJob',
  'DaemonSet',
  'Deployment',
  'Job',
  'PodTemplate',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
] as const;

export type RoleWorkload = (typeof roleWorkloads)[number];

interface Shape {
  readonly group: string;
  readonly resource: string;
  /** Wraps a template, or a change of it, in what the kind keeps it in. */
  readonly wrap: (template: object) => object;
  /** What the kind needs beside, merged into `spec`. */
  readonly spec?: object;
  readonly restartPolicy?: string;
}

const inSpec = (template: object) => ({ spec: { template } });
const selected = { selector: { matchLabels: { app: 'a' } } };
const SHAPES: Readonly<Record<RoleWorkload, Shape>> = {
  ControllerRevision: {
    group: 'apps/v1',
    resource: 'controllerrevisions',
    wrap: (template) => ({ revision: 1, data: { spec: { template } } }),
  },
  CronJob: {
    group: 'batch/v1',
    resource: 'cronjobs',
    wrap: (template) => ({ spec: { jobTemplate: { spec: { template } } } }),
    spec: { schedule: '0 0 * * *', suspend: true },
    restartPolicy: 'Never',
  },
  DaemonSet: { group: 'apps/v1', resource: 'daemonsets', wrap: inSpec, spec: selected },
  Deployment: { group: 'apps/v1', resource: 'deployments', wrap: inSpec, spec: { ...selected, replicas: 0 } },
  // Of a Job that is suspended the labels and annotations of the template can be changed.
  Job: { group: 'batch/v1', resource: 'jobs', wrap: inSpec, spec: { suspend: true }, restartPolicy: 'Never' },
  PodTemplate: { group: 'v1', resource: 'podtemplates', wrap: (template) => ({ template }) },
  ReplicaSet: { group: 'apps/v1', resource: 'replicasets', wrap: inSpec, spec: { ...selected, replicas: 0 } },
  ReplicationController: {
    group: 'v1',
    resource: 'replicationcontrollers',
    wrap: inSpec,
    spec: { selector: { app: 'a' }, replicas: 0 },
  },
  StatefulSet: {
    group: 'apps/v1',
    resource: 'statefulsets',
    wrap: inSpec,
    spec: { ...selected, serviceName: 'a', replicas: 0 },
  },
};

export interface WorkloadToWrite {
  /** Of the kind's objects. */
  readonly path: string;
  readonly body: object;
  /** Makes of a change of the template a change of the object. */
  readonly wrap: Shape['wrap'];
}

/** An object of the kind whose pods have the role, or none. It runs nothing by itself. */
export function workload(
  kind: RoleWorkload,
  role: string | null,
  { name = 'devops', namespace = 'acme-agents' } = {},
): WorkloadToWrite {
  const { group, resource, wrap, spec, restartPolicy } = SHAPES[kind];
  const root = group === 'v1' ? '/api/v1' : `/apis/${group}`;
  const { activeDeadlineSeconds: _ofNoDeployment, ...podSpec } = buildPod().spec;
  const template = {
    metadata: { labels: { app: 'a', ...(role === null ? {} : { 'cloister.dev/role': role }) } },
    spec: { ...podSpec, ...(restartPolicy === undefined ? {} : { restartPolicy }) },
  };
  const wrapped = wrap(template) as { readonly spec?: object };
  const body = {
    apiVersion: group,
    kind,
    metadata: { name },
    ...wrapped,
    ...(wrapped.spec === undefined ? {} : { spec: { ...wrapped.spec, ...spec } }),
  };
  return { path: `${root}/namespaces/${namespace}/${resource}`, body, wrap };
}

/** A pod that proves itself by the secret of this name. */
const podWithSecret = (metadata: object, secretName: string): WritablePod =>
  buildPod((pod) => {
    Object.assign(pod.metadata, metadata);
    const [secret] = pod.spec.containers[0].env ?? [];
    Object.assign(secret?.valueFrom?.secretKeyRef ?? {}, { name: secretName });
  });

export const podOfRole = (name: string, role: string, namespace = 'acme-agents'): WritablePod =>
  podWithSecret({ name, namespace, labels: { 'cloister.dev/role': role } }, `cloister-proxy-r-${role}`);

export const podOfSandbox = (name: string, sandbox: string): WritablePod => {
  const labels = { 'cloister.dev/role': 'data-analyst', 'cloister.dev/sandbox': sandbox };
  return podWithSecret({ name, labels }, `cloister-proxy-s-${sandbox}`);
};

const RBAC = 'rbac.authorization.k8s.io';

/** Lets `editor` use one role, and write what `edit` alone does not let it write. */
export const MAY_USE_DATA_ANALYST: readonly object[] = [
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'use-data-analyst' },
    rules: [
      {
        apiGroups: ['cloister.dev'],
        resources: ['agentroles'],
        resourceNames: ['data-analyst'],
        verbs: ['use'],
      },
      {
        apiGroups: ['cloister.dev'],
        resources: ['agentsandboxes'],
        verbs: ['create', 'update', 'patch', 'delete'],
      },
      {
        apiGroups: [''],
        resources: ['podtemplates', 'pods/ephemeralcontainers'],
        verbs: ['create', 'patch'],
      },
      {
        apiGroups: ['apps'],
        resources: ['controllerrevisions'],
        verbs: ['create', 'patch'],
      },
    ],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'use-data-analyst' },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'use-data-analyst' },
    subjects: [{ kind: 'User', apiGroup: RBAC, name: 'editor' }],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'editors', namespace: 'elsewhere' },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'edit' },
    subjects: [{ kind: 'User', apiGroup: RBAC, name: 'editor' }],
  },
];
