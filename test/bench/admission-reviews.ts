import type { WritablePod } from '../build/pod.ts';
import { type BenchPod, benchPods, NAMESPACE } from './pods.ts';

/** A review in bytes, as the API server sends it, and the check that must refuse its pod. */
export interface BenchReview extends Pick<BenchPod, 'refusedBy'> {
  readonly uid: string;
  readonly body: Buffer;
}

/** Returns the reviews of {@link benchPods}. A cluster test compares them with captured ones. */
export function benchReviews(count?: number): readonly BenchReview[] {
  return benchPods(count).map(({ manifest, refusedBy }, index) => {
    const uid = identifier('b0b957c4', index);
    return { uid, refusedBy, body: Buffer.from(JSON.stringify(review(manifest, uid, index))) };
  });
}

interface Json {
  [key: string]: unknown;
}

const TIME = '2026-11-23T12:00:00Z';

function identifier(head: string, index: number): string {
  return `${head}-14f0-4769-b594-${index.toString(16).padStart(12, '0')}`;
}

function review(pod: WritablePod, uid: string, index: number): object {
  const kind = { group: '', version: 'v1', kind: 'Pod' };
  const resource = { group: '', version: 'v1', resource: 'pods' };
  const request = {
    uid,
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    name: pod.metadata.name,
    namespace: NAMESPACE,
    operation: 'CREATE',
    userInfo: {
      username: 'editor',
      uid: 'testbed-editor',
      groups: ['tenant-editors', 'system:authenticated'],
    },
    object: storedPod(pod, index),
    oldObject: null,
    dryRun: false,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'kubectl-create' },
  };
  return { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request };
}

/** Returns the pod with what the API server and its plugins fill in before they call a webhook. */
function storedPod({ metadata, spec }: WritablePod, index: number): object {
  const defaulted = defaultSpec({ ...spec });
  const fields = {
    'f:metadata': { 'f:labels': ownedFields(metadata.labels) },
    'f:spec': ownedMembers(defaulted),
  };
  const managed = { manager: 'kubectl-create', operation: 'Update', apiVersion: 'v1', time: TIME };
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      ...metadata,
      uid: identifier('cafe538d', index),
      generation: 1,
      creationTimestamp: TIME,
      managedFields: [{ ...managed, fieldsType: 'FieldsV1', fieldsV1: fields }],
    },
    spec: { ...defaulted, tolerations: TOLERATIONS, priority: 0, preemptionPolicy: 'PreemptLowerPriority' },
    status: { phase: 'Pending', qosClass: 'Burstable' },
  };
}

const TOLERATIONS = ['not-ready', 'unreachable'].map((condition) => ({
  key: `node.kubernetes.io/${condition}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}));

function defaultSpec(spec: Json): Json {
  const account = spec['serviceAccountName'];
  return {
    terminationGracePeriodSeconds: 30,
    serviceAccount: account,
    schedulerName: 'default-scheduler',
    enableServiceLinks: true,
    ...spec,
    initContainers: (spec['initContainers'] as Json[]).map(defaultContainer),
    containers: (spec['containers'] as Json[]).map(defaultContainer),
    volumes: (spec['volumes'] as Json[]).map(defaultVolume),
  };
}

function defaultVolume(volume: Json): Json {
  const configMap = volume['configMap'] as Json | undefined;
  return configMap === undefined ? volume : { ...volume, configMap: { ...configMap, defaultMode: 0o644 } };
}

function defaultContainer(container: Json): Json {
  const resources = container['resources'] as Json | undefined;
  const requests = resources?.['requests'] ?? resources?.['limits'];
  return {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    ...container,
    resources: { ...resources, ...(requests === undefined ? {} : { requests }) },
  };
}

/** The keys of list items in a structured merge; a list whose items have none is owned as a whole. */
const KEYS = ['name', 'mountPath', 'ip'];
/** A member that is owned as a whole, and a required one, whose presence has no owner. */
const OWNED_AS_WHOLE = 'secretKeyRef';
const REQUIRED = 'containers';

/** Returns the `fieldsV1` of a value whose every member has the same owner. */
function ownedFields(value: unknown): Json {
  if (Array.isArray(value)) return ownedItems(value);
  return typeof value === 'object' && value !== null ? { '.': {}, ...ownedMembers(value as Json) } : {};
}

function ownedMembers(value: Json): Json {
  const owned: Json = {};
  for (const [name, member] of Object.entries(value)) {
    const { '.': own, ...below } = name === OWNED_AS_WHOLE ? {} : ownedFields(member);
    owned[`f:${name}`] = own === undefined || name === REQUIRED ? below : { '.': own, ...below };
  }
  return owned;
}

function ownedItems(items: readonly unknown[]): Json {
  const owned: Json = { '.': {} };
  for (const item of items) {
    const key = KEYS.find(
      (name) => typeof item === 'object' && item !== null && name in item && isKey(name, item),
    );
    if (key === undefined) return {};
    owned[`k:${JSON.stringify({ [key]: (item as Json)[key] })}`] = ownedFields(item);
  }
  return owned;
}

/** The name of a mount is that of its volume, and not its key. */
function isKey(name: string, item: object): boolean {
  return name !== 'name' || !('mountPath' in item);
}
