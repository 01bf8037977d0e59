/** A manifest that the API server rejects. */
export interface RejectedPod {
  readonly name: string;
  readonly manifest: object;
  /** What cloister says of it. */
  readonly message: string;
}

const container = { name: 'a', image: 'b' };

function pod(name: string, spec: object, message: string, parts: object = {}): RejectedPod {
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'rejected' },
    spec: { containers: [container], ...spec },
    ...parts,
  };
  return { name, manifest, message };
}

function inContainer(name: string, fields: object, message: string): RejectedPod {
  return pod(
    name,
    { containers: [{ ...container, ...fields }], volumes: [{ name: 'v', emptyDir: {} }] },
    message,
  );
}

function workload(name: string, kind: string, spec: object, message: string): RejectedPod {
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1';
  const selector = kind === 'Job' ? {} : { selector: { matchLabels: { app: 'a' } } };
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [container] } };
  const manifest = {
    apiVersion,
    kind,
    metadata: { name: 'rejected' },
    spec: { ...selector, template, ...spec },
  };
  return { name, manifest, message };
}

const mount = { name: 'v', mountPath: '/v' };

/** Manifests that the API server rejects and the pod contract has no check for, with what cloister says of each. */
export const REJECTED_PODS: readonly RejectedPod[] = [
  pod('no containers', { containers: [] }, 'spec.containers is []; must have at least one container'),
  pod('containers not set', { containers: undefined }, 'spec.containers is not set; must be set'),
  {
    ...pod('no spec', {}, 'spec.containers is not set; must have at least one container', {
      spec: undefined,
    }),
  },
  pod(
    'a field in other letters',
    { HostNetwork: true },
    'spec.HostNetwork is not a field of PodSpec; did you mean hostNetwork?',
  ),
  pod('a field nearly right', { initContainer: [] }, 'did you mean initContainers?'),
  pod(
    'a field of a container on the pod',
    { readOnlyRootFilesystem: true },
    'spec.readOnlyRootFilesystem is not a field of PodSpec; it belongs to spec.containers[*].securityContext. Move it there',
  ),
  pod('a field of the pod at the top', {}, 'hostNetwork is not a field of Pod; it belongs to spec', {
    hostNetwork: true,
  }),
  inContainer('a field of the pod on a container', { hostPID: true }, 'it belongs to spec. Move it there'),
  inContainer(
    'a field of a security context on a container',
    { privileged: true },
    'it belongs to spec.containers[0].securityContext. Move it there',
  ),
  inContainer(
    'a field that nothing has',
    { frobnicate: 1 },
    'spec.containers[0].frobnicate is not a field of Container. Remove it',
  ),
  inContainer('no image', { image: '' }, 'spec.containers[0].image is ""; must be set'),
  inContainer(
    'a name in capitals',
    { name: 'Agent' },
    'spec.containers[0].name is "Agent"; must be at most 63',
  ),
  inContainer(
    'a mount without its volume',
    { volumeMounts: [{ ...mount, name: 'w' }] },
    'spec.containers[0].volumeMounts[0].name is "w"; must be the name of a volume',
  ),
  inContainer(
    'a mount without a path',
    { volumeMounts: [{ name: 'v' }] },
    'volumeMounts[0].mountPath is not set; must be set',
  ),
  inContainer(
    'two mounts at one path',
    { volumeMounts: [mount, mount] },
    'volumeMounts[1].mountPath is "/v"; must be unique',
  ),
  inContainer(
    'a path out of the volume',
    { volumeMounts: [{ ...mount, subPath: '../x' }] },
    'must be a path within the volume',
  ),
  inContainer(
    'a request above its limit',
    { resources: { limits: { cpu: 1 }, requests: { cpu: '1500m' } } },
    'spec.containers[0].resources.requests.cpu is "1500m"; must be at most the limit of 1',
  ),
  inContainer(
    'a request of a device other than its limit',
    { resources: { limits: { 'example.com/gpu': 2 }, requests: { 'example.com/gpu': 1 } } },
    'must be equal to the limit of 2',
  ),
  inContainer(
    'an amount that is none',
    { resources: { requests: { memory: '1 GB' } } },
    'is "1 GB"; must be a quantity',
  ),
  inContainer(
    'an amount below zero',
    { resources: { requests: { memory: '-1Gi' } } },
    'must not be negative',
  ),
  inContainer(
    'a port past the last',
    { ports: [{ containerPort: 70_000 }] },
    'containerPort is 70000; must be from 1 to 65535',
  ),
  inContainer(
    'a number of 33 bits',
    { ports: [{ containerPort: 2 ** 32 }] },
    'must be a whole number of 32 bits',
  ),
  inContainer(
    'a protocol that is none',
    { ports: [{ containerPort: 1, protocol: 'HTTP' }] },
    'must be "TCP" or "UDP" or "SCTP"',
  ),
  inContainer('a variable without a name', { env: [{ value: 'a' }] }, 'env[0].name is not set; must be set'),
  inContainer(
    'a variable with two values',
    { env: [{ name: 'A', value: 'a', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
    'must not be set with value',
  ),
  inContainer('a value from nowhere', { env: [{ name: 'A', valueFrom: {} }] }, 'must have one source'),
  inContainer(
    'a probe that does nothing',
    { livenessProbe: { periodSeconds: 5 } },
    'must have one of exec, httpGet',
  ),
  inContainer(
    'a policy that is none',
    { imagePullPolicy: 'Sometimes' },
    'imagePullPolicy is "Sometimes"; must be "Always"',
  ),
  pod(
    'two containers of one name',
    { containers: [container, container] },
    'spec.containers[1].name is "a"; must be unique',
  ),
  pod('an init container of the same name', { initContainers: [container] }, 'name is "a"; must be unique'),
  pod(
    'a probe of an init container',
    { initContainers: [{ ...container, name: 'i', readinessProbe: { exec: { command: ['a'] } } }] },
    'must not be set in initContainers',
  ),
  pod(
    'two volumes of one name',
    {
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'v', emptyDir: {} },
      ],
    },
    'spec.volumes[1].name is "v"; must be unique',
  ),
  pod(
    'a volume of two types',
    { volumes: [{ name: 'v', emptyDir: {}, configMap: { name: 'c' } }] },
    'must have one type',
  ),
  pod(
    'a policy of restarts that is none',
    { restartPolicy: 'Sometimes' },
    'restartPolicy is "Sometimes"; must be "Always"',
  ),
  pod('no name server', { dnsPolicy: 'None' }, 'must have a name server, because dnsPolicy is "None"'),
  pod('a deadline of nothing', { activeDeadlineSeconds: 0 }, 'must be at least 1'),
  workload(
    'containers beside the template',
    'Deployment',
    { containers: [container] },
    'spec.containers is not a field of DeploymentSpec; it belongs to spec.template.spec. Move it there',
  ),
  workload(
    'an image beside the template',
    'Deployment',
    { image: 'b' },
    'it belongs to spec.template.spec.containers[*]. Move it there',
  ),
  workload('no selector', 'Deployment', { selector: undefined }, 'spec.selector is not set; must be set'),
  workload(
    'a selector of other pods',
    'Deployment',
    { selector: { matchLabels: { app: 'b' } } },
    'spec.selector.matchLabels.app is "b"; must be a label of the pod template',
  ),
  workload(
    'a Job that restarts its pods',
    'Job',
    {},
    'spec.template.spec.restartPolicy is not set; must be "OnFailure" or "Never" in a Job',
  ),
];
