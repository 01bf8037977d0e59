import { changedObject } from '../build/changed-object.ts';
import { compliantPod, podsPath } from '../e2e/samples.ts';
import type { APIRequest } from '../testbed/api-request.ts';
import type { Refuser } from '../testbed/who-refused.ts';

/** What an application team tries, and who answers: with Cloister whole, and with its registrations deleted. */
export interface Attack {
  readonly name: string;
  readonly request: APIRequest;
  readonly whole: Refuser | 'Admitted';
  readonly withoutWebhook: Refuser | 'Admitted';
}

/** The pod that is there already, of the role data-analyst. */
export const VICTIM = 'victim';
/** Has `edit` and the verb `use` on data-analyst, as an application team does. */
const EDITOR = 'editor';
/** Has `edit` alone. */
const EDITOR_WITHOUT_USE = 'nobody';
const BACKSTOP = 'Policy/cloister-backstop';
const EVIL = { name: 'evil', image: `ghcr.io/acme/hermes@sha256:${'cd'.repeat(32)}` };
const CLOSED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

function create(changes: Readonly<Record<string, unknown>>, user = EDITOR): APIRequest {
  return { user, method: 'POST', path: `${podsPath()}?dryRun=All`, body: compliantPod('attack', changes) };
}

function patch(subresource: string, body: object, user = EDITOR): APIRequest {
  const path = `${podsPath()}/${VICTIM}${subresource}?dryRun=All`;
  return { user, method: 'PATCH', path, body, contentType: 'application/strategic-merge-patch+json' };
}

const ephemeral = (container: object, user = EDITOR): APIRequest =>
  patch('/ephemeralcontainers', { spec: { ephemeralContainers: [{ ...EVIL, ...container }] } }, user);
const agent = (container: object, user = EDITOR, subresource = ''): APIRequest =>
  patch(subresource, { spec: { containers: [{ name: 'agent', ...container }] } }, user);
const first = '/spec/containers/0';

const CREATED: readonly Attack[] = [
  {
    name: 'CVE-2024-10220, a gitRepo volume, whose hooks run on the node',
    request: create({
      '/spec/volumes/2': { name: 'code', gitRepo: { repository: 'https://example.com/x.git' } },
    }),
    whole: 'Explain',
    withoutWebhook: 'PodSecurity',
  },
  {
    name: 'a mirror pod, which a kubelet would take for its own',
    request: create({
      '/metadata/annotations': { 'kubernetes.io/config.mirror': 'x' },
      '/spec/nodeName': 'worker-1',
      // The API server lets a mirror pod have neither.
      '/spec/serviceAccountName': undefined,
      [`${first}/env`]: [],
    }),
    whole: 'Explain',
    withoutWebhook: BACKSTOP,
  },
  {
    name: "a writable file over the image's program, by terminationMessagePath",
    request: create({ [`${first}/terminationMessagePath`]: '/usr/local/bin/hermes' }),
    whole: 'Explain',
    withoutWebhook: BACKSTOP,
  },
  {
    name: 'user 2^32, which would be user 0 where 32 bits are left of it',
    request: create({ [`${first}/securityContext/runAsUser`]: 4_294_967_296 }),
    whole: 'Schema',
    withoutWebhook: 'Schema',
  },
  {
    name: 'an annotation of Cloister in capitals',
    request: create({ '/metadata/annotations': { 'Cloister.DEV/force-release': 'true' } }),
    whole: 'Explain',
    withoutWebhook: BACKSTOP,
  },
  {
    name: 'KEP-4940, a probe that has the node call another host',
    request: create({ [`${first}/livenessProbe`]: { httpGet: { host: '169.254.169.254', port: 80 } } }),
    whole: 'Explain',
    withoutWebhook: 'PodSecurity',
  },
  {
    name: 'a pod of another name each time, with what is refused',
    request: create({
      '/metadata/name': undefined,
      '/metadata/generateName': 'a-',
      '/spec/hostPID': true,
      '/spec/hostUsers': true,
    }),
    whole: 'Explain',
    withoutWebhook: 'PodSecurity',
  },
  {
    name: 'a pod by somebody who may not use the role',
    request: create({}, EDITOR_WITHOUT_USE),
    whole: 'Policy/cloister-role-use',
    withoutWebhook: 'Policy/cloister-role-use',
  },
  {
    name: 'KEP-2837, more reserved for the pod than its role grants',
    request: create({ '/spec/resources': { requests: { cpu: '16' } } }),
    whole: 'Decide',
    withoutWebhook: 'Admitted',
  },
];

const CHANGED: readonly Attack[] = [
  {
    name: 'CVE-2023-2727, an ephemeral container of a foreign image',
    request: ephemeral({ image: 'docker.io/library/busybox', securityContext: CLOSED }),
    whole: 'Decide',
    withoutWebhook: 'Admitted',
  },
  {
    name: 'CVE-2023-2728, a privileged ephemeral container',
    request: ephemeral({ securityContext: { privileged: true } }),
    whole: 'Explain',
    withoutWebhook: 'PodSecurity',
  },
  {
    name: 'CVE-2024-3177, all of a Secret through envFrom of an ephemeral container',
    request: ephemeral({ envFrom: [{ secretRef: { name: 'vendor' } }], securityContext: CLOSED }),
    whole: 'Explain',
    withoutWebhook: BACKSTOP,
  },
  {
    name: 'an ephemeral container by somebody who may not use the role',
    request: ephemeral({ securityContext: CLOSED }, EDITOR_WITHOUT_USE),
    whole: 'Policy/cloister-role-use',
    withoutWebhook: 'Policy/cloister-role-use',
  },
  {
    name: 'another image of the role by somebody who may not use it',
    request: agent({ image: EVIL.image }, EDITOR_WITHOUT_USE),
    whole: 'Policy/cloister-role-use',
    withoutWebhook: 'Policy/cloister-role-use',
  },
  {
    name: 'an image of another repository',
    request: agent({ image: EVIL.image.replace('acme', 'acme-evil') }),
    whole: 'Decide',
    withoutWebhook: 'Admitted',
  },
  {
    name: 'more memory than the role grants, by resize',
    request: agent({ resources: { limits: { memory: '64Gi' } } }, EDITOR, '/resize'),
    whole: 'Decide',
    withoutWebhook: 'Admitted',
  },
  {
    name: 'CVE-2021-25735, another role, so that the new object is evaluated by other rules than the old',
    request: patch('', { metadata: { labels: { 'cloister.dev/role': 'read-only' } } }),
    whole: 'Policy/cloister-pod-metadata',
    withoutWebhook: 'Policy/cloister-pod-metadata',
  },
  {
    name: 'another role by server-side apply',
    request: {
      ...patch('', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: VICTIM, labels: { 'cloister.dev/role': 'read-only' } },
      }),
      path: `${podsPath()}/${VICTIM}?dryRun=All&fieldManager=attack&force=true`,
      contentType: 'application/apply-patch+yaml',
    },
    whole: 'Policy/cloister-pod-metadata',
    withoutWebhook: 'Policy/cloister-pod-metadata',
  },
  {
    name: 'another role through the status',
    request: patch('/status', { metadata: { labels: { 'cloister.dev/role': 'read-only' } } }),
    whole: 'RBAC',
    withoutWebhook: 'RBAC',
  },
  {
    name: 'a binding to a node of choice',
    request: {
      user: EDITOR,
      method: 'POST',
      path: `${podsPath()}/${VICTIM}/binding?dryRun=All`,
      body: { metadata: { name: VICTIM }, target: { kind: 'Node', name: 'worker-1' } },
    },
    whole: 'RBAC',
    withoutWebhook: 'RBAC',
  },
  {
    name: 'the label of a contained pod',
    request: patch('', { metadata: { labels: { 'cloister.dev/contained': 'no' } } }),
    whole: 'Policy/cloister-pod-metadata',
    withoutWebhook: 'Policy/cloister-pod-metadata',
  },
];

const service = (spec: object): APIRequest => ({
  user: EDITOR,
  method: 'POST',
  path: `${podsPath().replace('pods', 'services')}?dryRun=All`,
  body: { metadata: { name: 'attack' }, spec: { ports: [{ port: 80 }], ...spec } },
});
const INBOUND = 'Policy/cloister-inbound';

const BESIDE: readonly Attack[] = [
  {
    name: 'CVE-2020-8554, a Service that takes the traffic of a foreign address',
    request: service({ externalIPs: ['8.8.8.8'] }),
    whole: INBOUND,
    withoutWebhook: INBOUND,
  },
  {
    name: 'a Service on every node',
    request: service({ type: 'NodePort' }),
    whole: INBOUND,
    withoutWebhook: INBOUND,
  },
  {
    name: 'more labels than a policy looks through, so that the pod could not be contained',
    request: patch('', {
      metadata: { labels: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`l${index}`, ''])) },
    }),
    whole: 'Policy/cloister-pod-metadata',
    withoutWebhook: 'Policy/cloister-pod-metadata',
  },
];

/** In both parts the same requests, all of them dry runs. */
export const ATTACKS: readonly Attack[] = [...CREATED, ...CHANGED, ...BESIDE];

/** A pod of more containers and volumes than anybody runs, each of them mounted at /tmp. */
export function podOfThousands(count: number): object {
  const each = (make: (index: number) => object) => Array.from({ length: count }, (_, index) => make(index));
  return changedObject(compliantPod('thousands'), {
    '/spec/volumes': each((index) => ({ name: `v${index}`, emptyDir: { sizeLimit: '1' } })),
    '/spec/containers': each((index) => ({
      name: `c${index}`,
      image: EVIL.image,
      volumeMounts: [{ name: `v${index}`, mountPath: '/tmp' }],
    })),
  });
}
