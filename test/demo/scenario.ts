import type { APIRequest } from '../testbed/api-request.ts';
import { readSampleObject } from './samples.ts';
import type { Step } from './step.ts';

export const NAMESPACE = 'acme-agents';
export const POD = 'hermes';

const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

/**
 * The samples that must be refused, what is wrong with them, the check that must say so, and who refuses: what the pod
 * alone shows is explained early, before Pod Security would stop at it; what takes the role is decided last.
 */
const REFUSED: readonly (readonly [
  file: string,
  sentence: string,
  check: string,
  by: 'Explain' | 'Decide',
])[] = [
  ['privileged', 'a privileged container', 'privileged', 'Explain'],
  ['root', 'a container that runs as root', 'run-as-user', 'Explain'],
  ['writable-root', 'a container that can write to its image', 'read-only-root-filesystem', 'Explain'],
  ['host-path', 'a folder of the node in the pod', 'host-path', 'Explain'],
  ['host-network', "a pod on the node's network", 'host-namespaces', 'Explain'],
  ['no-limits', 'a container without limits', 'resource-limits', 'Explain'],
  ['too-much-memory', 'more memory than the role allows', 'resource-limits', 'Decide'],
  ['secret-in-environment', 'an API key in the environment', 'environment-secrets', 'Explain'],
  ['foreign-role', "another tenant's role", 'role', 'Decide'],
  ['service-account-token', 'a Kubernetes token in the pod', 'service-account-token', 'Explain'],
  ['unpinned-image', 'an image by tag', 'image-policy', 'Decide'],
  ['foreign-image', 'an image from somewhere else', 'image-policy', 'Decide'],
  ['added-capability', 'an added capability', 'capabilities', 'Explain'],
  ['no-seccomp', 'no filter on system calls', 'seccomp-profile', 'Explain'],
  ['no-start-gate', 'no start gate', 'start-gate', 'Decide'],
  ['acting-annotation', 'a second network interface by annotation', 'annotations', 'Explain'],
  ['chosen-node', "a node of the author's choice", 'node-placement', 'Decide'],
  ['foreign-alias', "a host name with an address of the author's choice", 'gateway-aliases', 'Decide'],
];

function create(
  file: string,
  { dryRun = true, namespace = NAMESPACE, user = 'editor', rename = {} } = {},
): APIRequest {
  const pod = readSampleObject(file);
  const body = { ...pod, metadata: { ...(pod['metadata'] as object), namespace, ...rename } };
  const path = `/api/v1/namespaces/${namespace}/pods?fieldManager=demo${dryRun ? '&dryRun=All' : ''}`;
  return { user, method: 'POST', path, body };
}

function patchLabels(labels: Readonly<Record<string, string | null>>): APIRequest {
  const body = { metadata: { labels } };
  return {
    user: 'editor',
    method: 'PATCH',
    path: `${PODS}/${POD}`,
    body,
    contentType: 'application/merge-patch+json',
  };
}

/** With everything installed. */
export const PROTECTED: readonly Step[] = [
  {
    step: 'a compliant pod is admitted',
    expected: 'Admitted',
    request: create('workloads/compliant-pod.yaml', { dryRun: false }),
  },
  ...REFUSED.map(([file, sentence, check, by]) => ({
    step: `${sentence} is refused`,
    expected: by,
    request: create(`refused/${file}.yaml`),
    mentions: `- ${check}:`,
  })),
  {
    step: 'exec into the running pod is refused',
    expected: 'Decide',
    request: {
      user: 'editor',
      method: 'POST',
      path: `${PODS}/${POD}/exec?command=sh&container=agent&stdout=true`,
    },
    mentions: '- access:',
  },
  {
    step: "the running pod's role cannot be changed",
    expected: 'Policy/cloister-pod-metadata',
    request: patchLabels({ 'cloister.dev/role': 'devops' }),
  },
  {
    step: 'other labels of the running pod can',
    expected: 'Admitted',
    request: patchLabels({ team: 'reports' }),
  },
  {
    step: 'a privileged pod in an unrelated namespace is untouched',
    expected: 'Admitted',
    request: create('refused/privileged.yaml', { namespace: 'unrelated', user: 'admin' }),
  },
];

/** With both webhook registrations deleted. */
export const UNPROTECTED: readonly Step[] = [
  {
    step: 'registrations deleted: a privileged container is still refused',
    expected: 'PodSecurity',
    request: create('refused/privileged.yaml'),
  },
  {
    step: 'registrations deleted: a writable image is still refused',
    expected: 'Policy/cloister-backstop',
    request: create('refused/writable-root.yaml'),
  },
  {
    step: "registrations deleted: the running pod's role still cannot be changed",
    expected: 'Policy/cloister-pod-metadata',
    request: patchLabels({ 'cloister.dev/role': 'read-only' }),
  },
  {
    step: 'registrations deleted: a compliant pod is admitted',
    expected: 'Admitted',
    request: create('workloads/compliant-pod.yaml', { rename: { name: 'hermes-again' } }),
  },
];
