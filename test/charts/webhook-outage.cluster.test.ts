import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { OPERATOR_USER } from '../../src/api/names.ts';
import { buildAgentQuarantine } from '../build/agent-quarantine.ts';
import { buildAgentRole } from '../build/agent-role.ts';
import { buildPod } from '../build/pod.ts';
import { ENROLMENT } from '../render/guards/guarded-control-plane.ts';
import { type StartedControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { freePort } from '../testbed/free-port.ts';
import { installManifests } from '../testbed/install-cloister.ts';

// The registrations as they are installed, and nothing that answers at their address.
let controlPlane: StartedControlPlane;
const NAMESPACE = 'acme-agents';
const FINALIZER = 'example.com/held';
const OWNERS = ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: name }));
const CONTAINED = { metadata: { labels: { 'cloister.dev/contained': 'true' } } };

beforeAll(async () => {
  controlPlane = await startControlPlane();
  const manifests = installManifests(`https://127.0.0.1:${await freePort('127.0.0.1')}`);
  await controlPlane.apply(manifests.filter(({ kind }) => kind === 'CustomResourceDefinition'));
  await controlPlane.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels: ENROLMENT } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: NAMESPACE } },
  ]);
  const pod = buildPod(({ spec }) => (spec.serviceAccountName = 'default'));
  const held = { finalizers: [FINALIZER], ownerReferences: OWNERS };
  await controlPlane.apply([
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'operator' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: OPERATOR_USER }],
    },
    { ...pod, metadata: { ...pod.metadata, ...held, name: 'held', namespace: NAMESPACE } },
    { ...buildAgentRole(), metadata: { name: 'held', finalizers: [FINALIZER] } },
  ]);
  await controlPlane.apply(manifests.filter(({ kind }) => String(kind).endsWith('WebhookConfiguration')));
  // A registration holds a moment after it is written.
  await vi.waitFor(
    async () => expect(await patch('agentrole/held', { spec: { description: 'a' } })).toBe(1),
    {
      timeout: 30_000,
      interval: 100,
    },
  );
});
afterAll(() => controlPlane.stop());

async function patch(object: string, change: object, user?: string): Promise<number | null> {
  const args = ['patch', object, '-n', NAMESPACE, '--type=merge', '--dry-run=server'];
  const { code } = await controlPlane.kubectl(
    [...args, `--patch=${JSON.stringify(change)}`],
    user === undefined ? {} : { user },
  );
  return code;
}

test.for([
  ['a pod', 'pod/held'],
  ['a role', 'agentrole/held'],
] as const)(
  'while the webhook is gone, %s loses its finalizers and labels, and can go',
  async ([, object]) => {
    expect(await patch(object, { metadata: { finalizers: null, labels: { team: 'a' } } })).toBe(0);
  },
);

test.for([
  ['the role of a pod', 'pod/held', { metadata: { labels: { 'cloister.dev/role': 'other' } } }],
  ['the image of a pod', 'pod/held', { spec: { activeDeadlineSeconds: 60 } }],
  ['a role', 'agentrole/held', { spec: { description: 'b' } }],
] as const)('while the webhook is gone, %s cannot be changed', async ([, object, change]) => {
  expect(await patch(object, change)).toBe(1);
});

test.for([
  ['is contained by the operator', CONTAINED, OPERATOR_USER],
  ['loses an owner', { metadata: { ownerReferences: OWNERS.slice(1) } }],
  ['loses all owners', { metadata: { ownerReferences: null } }],
] as const)('while the webhook is gone, a pod %s', async ([, change, user]) => {
  expect(await patch('pod/held', change, user)).toBe(0);
});

test.for([
  ['is contained by nobody else', CONTAINED],
  [
    'is not contained and changed at once',
    { ...CONTAINED, spec: { activeDeadlineSeconds: 60 } },
    OPERATOR_USER,
  ],
  [
    'keeps its role also for the operator',
    { metadata: { labels: { 'cloister.dev/role': 'x' } } },
    OPERATOR_USER,
  ],
  ['gets no other owner', { metadata: { ownerReferences: [{ ...OWNERS[0], uid: 'c' }] } }],
  ['is not annotated for us', { metadata: { annotations: { 'cloister.dev/policy-hash': 'x' } } }],
] as const)('while the webhook is gone, a pod %s', async ([, change, user]) => {
  expect(await patch('pod/held', change, user)).toBe(1);
});

test('while the webhook is gone, an agent can still be contained', async () => {
  const input = JSON.stringify(buildAgentQuarantine());
  const { code, stderr } = await controlPlane.kubectl(['create', '-f', '-'], { input });
  expect(stderr).toBe('');
  expect(code).toBe(0);
});
