import { describe, expect, test } from 'vitest';
import { reviewAsJson } from '../run-command.ts';

const POD = { containers: [{ name: 'a', image: 'b' }], hostNetwork: true };
const TEMPLATE = { metadata: { labels: { app: 'a' } }, spec: POD };
const TO_COMPLETION = { ...TEMPLATE, spec: { ...POD, restartPolicy: 'Never' } };
const workload = (apiVersion: string, kind: string) => ({
  apiVersion,
  kind,
  spec: { selector: { matchLabels: { app: 'a' } }, template: TEMPLATE },
});
const cronJob = (apiVersion: string) => ({
  apiVersion,
  kind: 'CronJob',
  spec: { schedule: '@daily', jobTemplate: { spec: { template: TO_COMPLETION } } },
});

/** Manifests with a pod on the node's network, and where that is written. */
const REFUSED: readonly (readonly [string, object, string])[] = [
  ['a Pod', { apiVersion: 'v1', kind: 'Pod', spec: POD }, 'spec.hostNetwork'],
  [
    'a Pod full of nulls',
    { apiVersion: 'v1', kind: 'Pod', metadata: null, spec: { ...POD, volumes: null, securityContext: null } },
    'spec.hostNetwork',
  ],
  ...['v1', 'v1beta1', 'v1beta2'].flatMap((version) =>
    ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map(
      (kind) =>
        [
          `a ${kind} of apps/${version}`,
          workload(`apps/${version}`, kind),
          'spec.template.spec.hostNetwork',
        ] as const,
    ),
  ),
  ...['Deployment', 'DaemonSet', 'ReplicaSet'].map(
    (kind) =>
      [
        `a ${kind} of extensions/v1beta1`,
        workload('extensions/v1beta1', kind),
        'spec.template.spec.hostNetwork',
      ] as const,
  ),
  [
    'a Job',
    { apiVersion: 'batch/v1', kind: 'Job', spec: { template: TO_COMPLETION } },
    'spec.template.spec.hostNetwork',
  ],
  [
    'a ReplicationController',
    { apiVersion: 'v1', kind: 'ReplicationController', spec: { template: TEMPLATE } },
    'spec.template.spec.hostNetwork',
  ],
  [
    'a PodTemplate',
    { apiVersion: 'v1', kind: 'PodTemplate', template: TEMPLATE },
    'template.spec.hostNetwork',
  ],
  ...['batch/v1', 'batch/v1beta1', 'batch/v2alpha1'].map(
    (version) =>
      [
        `a CronJob of ${version}`,
        cronJob(version),
        'spec.jobTemplate.spec.template.spec.hostNetwork',
      ] as const,
  ),
  ['a Rollout', workload('argoproj.io/v1alpha1', 'Rollout'), 'spec.template.spec.hostNetwork'],
  [
    'a Sandbox of another operator',
    { apiVersion: 'agents.x-k8s.io/v1beta1', kind: 'Sandbox', spec: { podTemplate: TEMPLATE } },
    'spec.podTemplate.spec.hostNetwork',
  ],
  [
    'an AdmissionReview',
    {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: { object: { apiVersion: 'v1', kind: 'Pod', spec: POD } },
    },
    'request.object.spec.hostNetwork',
  ],
];

describe('every kind that holds a pod', () => {
  test.for(REFUSED)('%s', async ([, manifest, field]) => {
    const { code, entries } = await reviewAsJson(
      ['-f', '-', '--check', 'host-namespaces'],
      JSON.stringify(manifest),
    );
    expect(code).toBe(1);
    expect(entries).toMatchObject([{ allowed: false, violations: [{ check: 'host-namespaces', field }] }]);
  });

  test('the items of a List, and of a list of one kind that leaves the kind out', async () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [workload('apps/v1', 'Deployment'), cronJob('batch/v1')],
    };
    const typed = { apiVersion: 'v1', kind: 'PodList', items: [{ metadata: { name: 'a' }, spec: POD }] };
    const { entries } = await reviewAsJson(
      ['-f', '-', '--check', 'host-namespaces'],
      `${JSON.stringify(list)}\n${JSON.stringify(typed)}`,
    );
    expect(entries).toMatchObject([
      { document: 0, item: 0, kind: 'Deployment', allowed: false },
      { document: 0, item: 1, kind: 'CronJob', allowed: false },
      { document: 1, item: 0, kind: 'Pod', name: 'a', allowed: false },
    ]);
  });

  test('every pod of a kind with several is reviewed, in one entry', async () => {
    const pool = {
      apiVersion: 'example.com/v1',
      kind: 'Pool',
      spec: { head: TEMPLATE, workers: [{ template: TEMPLATE }] },
    };
    const { entries } = await reviewAsJson(['-f', '-', '--check', 'host-namespaces'], JSON.stringify(pool));
    expect(entries).toMatchObject([
      {
        kind: 'Pool',
        violations: [
          { field: 'spec.head.spec.hostNetwork' },
          { field: 'spec.workers[0].template.spec.hostNetwork' },
        ],
      },
    ]);
  });

  test.for(['containers', 'initContainers', 'ephemeralContainers'])('%s', async (list) => {
    const manifest = {
      apiVersion: 'v1',
      kind: 'Pod',
      spec: {
        containers: [{ name: 'main', image: 'b' }],
        [list]: [{ name: 'a', image: 'b', securityContext: { privileged: true } }],
      },
    };
    const { entries } = await reviewAsJson(['-f', '-', '--check', 'privileged'], JSON.stringify(manifest));
    expect(entries).toMatchObject([
      { violations: [{ container: 'a', field: `spec.${list}[0].securityContext.privileged` }] },
    ]);
  });
});

describe('what holds nothing against it', () => {
  test.for([
    [
      'an empty security context',
      {
        apiVersion: 'v1',
        kind: 'Pod',
        spec: { securityContext: {}, containers: [{ name: 'a', image: 'b', securityContext: {} }] },
      },
    ],
    [
      'a pod for Windows',
      {
        apiVersion: 'v1',
        kind: 'Pod',
        spec: { os: { name: 'windows' }, containers: [{ name: 'a', image: 'b' }] },
      },
    ],
  ] as const)('%s', async ([, manifest]) => {
    const checks = ['--check', 'host-namespaces', 'privileged', 'host-path'];
    expect(await reviewAsJson(['-f', '-', ...checks], JSON.stringify(manifest))).toMatchObject({
      code: 0,
      entries: [{ allowed: true, violations: [] }],
    });
  });

  test.for([
    ['policy/v1beta1', 'PodSecurityPolicy'],
    ['extensions/v1beta1', 'Ingress'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
    ['v1', 'Service'],
    ['lifecycle.k8s.io/v1alpha1', 'EvictionRequest'],
    ['monitoring.coreos.com/v1', 'ServiceMonitor'],
    ['templates.gatekeeper.sh/v1', 'ConstraintTemplate'],
    ['constraints.gatekeeper.sh/v1beta1', 'K8sPSPPrivilegedContainer'],
  ] as const)('%s %s holds no pod and gives no entry', async ([apiVersion, kind]) => {
    expect(await reviewAsJson(['-f', '-'], JSON.stringify({ apiVersion, kind }))).toEqual({
      code: 0,
      entries: [],
    });
  });

  test('a pattern of another policy engine is no pod, whatever it asks of one', async () => {
    const containers = [{ image: '*', securityContext: { runAsUser: '>0' } }];
    const policy = {
      apiVersion: 'kyverno.io/v1',
      kind: 'ClusterPolicy',
      spec: { rules: [{ validate: { pattern: { spec: { hostNetwork: 'false', containers } } } }] },
    };
    expect(await reviewAsJson(['-f', '-'], JSON.stringify(policy))).toEqual({ code: 0, entries: [] });
  });
});
