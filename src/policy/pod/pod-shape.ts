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
  httpGet: { host: 'string', httpHeaders: [{ name: 'string', value: 'string' }] },
  tcpSocket: { host: 'string' },
  sleep: { seconds: 'integer' },
} as const;
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
  command: ['string'],
  args: ['string'],
  ports: [{ name: 'string', hostPort: 'integer', containerPort: 'integer' }],
  env: [
    {
      name: 'string',
      value: 'string',
      valueFrom: { secretKeyRef: { name: 'string', key: 'string' }, fileKeyRef: { volumeName: 'string' } },
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
  livenessProbe: handler,
  readinessProbe: handler,
  startupProbe: handler,
  lifecycle: { postStart: handler, preStop: handler },
  restartPolicy: 'string',
  terminationMessagePath: 'string',
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
  projected: { sources: [{ serviceAccountToken: { audience: 'string', path: 'string' } }] },
  persistentVolumeClaim: { claimName: 'string', readOnly: 'boolean' },
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
  nodeName: 'string',
  schedulerName: 'string',
  tolerations: [{ key: 'string', operator: 'string', value: 'string', effect: 'string' }],
  priorityClassName: 'string',
  priority: 'integer',
  activeDeadlineSeconds: 'integer',
  terminationGracePeriodSeconds: 'integer',
  resourceClaims: [named],
  resources,
} as const satisfies Shape;

/** The types of the fields that the contract reads, as core/v1 has them. */
export const POD_SHAPE: Shape = {
  metadata: {
    name: 'string',
    generateName: 'string',
    namespace: 'string',
    labels: 'texts',
    annotations: 'texts',
  },
  spec,
};
