/**
 * A type that a field must have: a primitive, `quantity` (text or number), `any`, a map of texts (`texts`), a map of
 * quantities (`quantities`), a list of one shape, or an object of named members.
 */
export type Shape =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'any'
  | 'texts'
  | 'quantities'
  | 'quantity'
  | readonly [Shape]
  | { readonly [member: string]: Shape };

const named = { name: 'string' } as const;
const handler = {
  exec: { command: ['string'] },
  httpGet: { host: 'string', path: 'string', httpHeaders: [{ name: 'string', value: 'string' }] },
  tcpSocket: { host: 'string' },
  sleep: { seconds: 'integer' },
} as const;
const probe = { ...handler, terminationGracePeriodSeconds: 'integer' } as const;
const resources = { limits: 'quantities', requests: 'quantities', claims: [named] } as const;

const sharedSecurityContext = {
  runAsUser: 'integer',
  runAsNonRoot: 'boolean',
  seccompProfile: { type: 'string', localhostProfile: 'string' },
  appArmorProfile: { type: 'string', localhostProfile: 'string' },
  seLinuxOptions: { type: 'string', user: 'string', role: 'string', level: 'string' },
  windowsOptions: { hostProcess: 'boolean', runAsUserName: 'string' },
} as const;

const container = {
  name: 'string',
  image: 'string',
  imagePullPolicy: 'string',
  command: ['string'],
  args: ['string'],
  ports: [{ name: 'string', hostPort: 'integer', containerPort: 'integer' }],
  env: [
    {
      name: 'string',
      value: 'string',
      valueFrom: {
        secretKeyRef: { name: 'string', key: 'string' },
        fileKeyRef: { volumeName: 'string', path: 'string', key: 'string' },
      },
    },
  ],
  envFrom: [{ secretRef: named }],
  resources,
  volumeMounts: [
    {
      name: 'string',
      mountPath: 'string',
      subPath: 'string',
      subPathExpr: 'string',
      readOnly: 'boolean',
      mountPropagation: 'string',
    },
  ],
  volumeDevices: [{ name: 'string', devicePath: 'string' }],
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: { postStart: handler, preStop: handler },
  restartPolicy: 'string',
  terminationMessagePath: 'string',
  terminationMessagePolicy: 'string',
  securityContext: {
    ...sharedSecurityContext,
    privileged: 'boolean',
    allowPrivilegeEscalation: 'boolean',
    readOnlyRootFilesystem: 'boolean',
    procMount: 'string',
    capabilities: { add: ['string'], drop: ['string'] },
  },
  targetContainerName: 'string',
} as const satisfies Shape;

const volume = {
  name: 'string',
  emptyDir: { sizeLimit: 'quantity', medium: 'string' },
  hostPath: { path: 'string' },
  projected: { sources: [{ serviceAccountToken: { audience: 'string', path: 'string' }, '*': 'any' }] },
  configMap: { name: 'string', '*': 'any' },
  persistentVolumeClaim: { claimName: 'string', readOnly: 'boolean' },
  '*': 'any',
} as const satisfies Shape;

const nodeSelectorTerm = {
  matchExpressions: [{ key: 'string', operator: 'string', values: ['string'] }],
  matchFields: ['any'],
} as const;

const podAffinityTerm = { namespaces: ['string'], namespaceSelector: 'any', topologyKey: 'string' } as const;
const podAffinity = {
  requiredDuringSchedulingIgnoredDuringExecution: [podAffinityTerm],
  preferredDuringSchedulingIgnoredDuringExecution: [{ podAffinityTerm, weight: 'integer' }],
} as const;

const affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [nodeSelectorTerm] },
    preferredDuringSchedulingIgnoredDuringExecution: [{ preference: nodeSelectorTerm, weight: 'integer' }],
  },
  podAffinity,
  podAntiAffinity: podAffinity,
} as const satisfies Shape;

const spec = {
  containers: [container],
  initContainers: [container],
  ephemeralContainers: [container],
  volumes: [volume],
  securityContext: { ...sharedSecurityContext, sysctls: [{ name: 'string', value: 'string' }] },
  hostNetwork: 'boolean',
  hostPID: 'boolean',
  hostIPC: 'boolean',
  hostUsers: 'boolean',
  hostAliases: [{ ip: 'string', hostnames: ['string'] }],
  shareProcessNamespace: 'boolean',
  serviceAccountName: 'string',
  serviceAccount: 'string',
  automountServiceAccountToken: 'boolean',
  os: named,
  runtimeClassName: 'string',
  dnsPolicy: 'string',
  dnsConfig: {
    nameservers: ['string'],
    searches: ['string'],
    options: [{ name: 'string', value: 'string' }],
  },
  enableServiceLinks: 'boolean',
  nodeName: 'string',
  nodeSelector: 'texts',
  affinity,
  schedulerName: 'string',
  tolerations: [
    { key: 'string', operator: 'string', value: 'string', effect: 'string', tolerationSeconds: 'integer' },
  ],
  priorityClassName: 'string',
  priority: 'integer',
  activeDeadlineSeconds: 'integer',
  terminationGracePeriodSeconds: 'integer',
  resourceClaims: [named],
  resources,
} as const satisfies Shape;

/**
 * The types of the fields that the contract reads, as core/v1 has them. An object with the member `*` may have further
 * members: volumes and projected sources have one that is named after their type.
 */
export const POD_SHAPE = {
  metadata: {
    name: 'string',
    generateName: 'string',
    namespace: 'string',
    uid: 'string',
    labels: 'texts',
    annotations: 'texts',
    ownerReferences: ['any'],
    finalizers: ['string'],
  },
  spec,
} as const satisfies Shape;

interface Primitives {
  readonly string: string;
  readonly boolean: boolean;
  readonly integer: number;
  readonly any: unknown;
  readonly texts: Readonly<Record<string, string>>;
  readonly quantities: Readonly<Record<string, string | number>>;
  readonly quantity: string | number;
}

/** The type that a shape describes. Every member may be absent. */
type Shaped<S> = S extends keyof Primitives
  ? Primitives[S]
  : S extends readonly [infer Item]
    ? readonly Shaped<Item>[]
    : S extends { readonly '*': unknown }
      ? Shaped<Omit<S, '*'>> & { readonly [member: string]: unknown }
      : { readonly [Member in keyof S]?: Shaped<S[Member]> };

/**
 * A pod as the contract reads it. The API server has validated what the webhook sees; what the command line reads from
 * a file is brought to this shape by `readPod` first.
 */
export type Pod = Shaped<typeof POD_SHAPE>;
export type PodMetadata = NonNullable<Pod['metadata']>;
export type PodSpec = NonNullable<Pod['spec']>;
export type PodSecurityContext = NonNullable<PodSpec['securityContext']>;
export type HostAlias = NonNullable<PodSpec['hostAliases']>[number];
export type Toleration = NonNullable<PodSpec['tolerations']>[number];
export type NodeSelectorTerm = Shaped<typeof nodeSelectorTerm>;
export type PodAffinityTerm = Shaped<typeof podAffinityTerm>;
export type Volume = NonNullable<PodSpec['volumes']>[number];
export type ProjectedSource = NonNullable<NonNullable<Volume['projected']>['sources']>[number];
export type Container = NonNullable<PodSpec['containers']>[number];
export type ContainerSecurityContext = NonNullable<Container['securityContext']>;
export type EnvironmentVariable = NonNullable<Container['env']>[number];
export type VolumeMount = NonNullable<Container['volumeMounts']>[number];
export type Resources = NonNullable<Container['resources']>;
export type Handler = NonNullable<Container['livenessProbe']>;
