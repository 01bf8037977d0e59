import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildPod } from '../build/pod.ts';
import {
  ACTORS,
  type GuardedControlPlane,
  startGuardedControlPlane,
} from './guards/guarded-control-plane.ts';

const { administrator, editor, operator, replicaSetController } = ACTORS;
const NAMESPACE = '/api/v1/namespaces/acme-agents';
const PODS = `${NAMESPACE}/pods`;
const BACKSTOP = 'cloister-backstop';
const NETWORKS = 'k8s.v1.cni.cncf.io/networks';
const CNI = { name: 'system:serviceaccount:kube-system:kube-ovn', groups: ['system:masters'] };

let guarded: GuardedControlPlane;

/** A pod without a role, which nobody needs a right to use; it has no proxy secret then. */
const pod = (name: string, annotations: Record<string, string>, changes: object = {}) => {
  const built = buildPod(({ spec }) => delete spec.containers[0].env);
  return { ...built, metadata: { ...built.metadata, name, labels: {}, annotations, ...changes } };
};
const create = (annotations: Record<string, string>) => ({
  method: 'POST' as const,
  path: `${PODS}?dryRun=All`,
  body: pod('another', annotations),
});
const patch = (name: string, body: object) => ({
  method: 'PATCH' as const,
  path: `${PODS}/${name}?dryRun=All`,
  contentType: 'application/merge-patch+json',
  body,
});
const annotate = (name: string, annotations: Record<string, string | null>) =>
  patch(name, { metadata: { annotations } });
const list = (entries: string | null) => ({
  method: 'PATCH' as const,
  path: NAMESPACE,
  contentType: 'application/merge-patch+json',
  body: { metadata: { annotations: { 'cloister.dev/annotations': entries } } },
});

/** The API server looks at namespaces through a cache. */
const becomes = (by: string, annotations: Record<string, string>) =>
  vi.waitFor(
    async () => expect(await guarded.attempt(editor, create(annotations))).toMatchObject({ by }),
    10_000,
  );

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  const { controlPlane, attempt } = guarded;
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'agent', namespace: 'acme-agents' },
  };
  await controlPlane.apply([account]);
  const made = async (body: object) => {
    const { by, message } = await attempt(administrator, { method: 'POST', path: PODS, body });
    if (by !== 'Allowed') throw new Error(message);
  };
  await made(pod('agent', {}));
  // One from before: while the namespace lists the annotation, anybody may make the pod.
  await attempt(operator, list('k8s.v1.cni.cncf.io/'));
  await vi.waitFor(
    () => made(pod('old', { [NETWORKS]: 'storage' }, { finalizers: ['example.com/hold'] })),
    10_000,
  );
  await attempt(operator, list(null));
  await becomes(BACKSTOP, { [NETWORKS]: 'storage' });
});
afterAll(() => guarded?.stop());

describe('without the webhook the API server', () => {
  test.for([
    ['refuses a second network interface', editor, create({ [NETWORKS]: 'storage' }), BACKSTOP],
    ['refuses it from a template', replicaSetController, create({ [NETWORKS]: 'storage' }), BACKSTOP],
    ['admits a harmless annotation', editor, create({ 'prometheus.io/scrape': 'true' }), 'Allowed'],
    ['refuses it on a running pod', editor, annotate('agent', { [NETWORKS]: 'storage' }), BACKSTOP],
    [
      'admits a mark of kubectl on a running pod',
      editor,
      annotate('agent', { 'kubectl.kubernetes.io/x': 'y' }),
      'Allowed',
    ],
    [
      'admits what a CNI in kube-system writes',
      CNI,
      annotate('agent', { 'ovn.kubernetes.io/allocated': 'true' }),
      'Allowed',
    ],
    ['refuses another value of one from before', editor, annotate('old', { [NETWORKS]: 'other' }), BACKSTOP],
    ['lets one from before go', editor, annotate('old', { [NETWORKS]: null }), 'Allowed'],
    [
      'lets a pod with one lose its finalizers',
      editor,
      patch('old', { metadata: { finalizers: null } }),
      'Allowed',
    ],
    [
      'lets a pod with one be changed otherwise',
      editor,
      patch('old', { spec: { activeDeadlineSeconds: 60 } }),
      'Allowed',
    ],
    ['lets nobody but the operator list annotations', administrator, list('dapr.io/'), 'cloister-namespaces'],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });

  test('admits what the roles of the tenant list, and says what else is wrong', async () => {
    const { attempt } = guarded;
    await attempt(operator, list('dapr.io/,sidecar.istio.io/inject'));
    await becomes('Allowed', { 'dapr.io/enabled': 'true' });
    expect(await attempt(editor, annotate('agent', { 'dapr.io/app-id': 'x' }))).toMatchObject({
      by: 'Allowed',
    });
    expect(await attempt(editor, create({ 'sidecar.istio.io/inject': 'true' }))).toMatchObject({
      by: 'Allowed',
    });
    const { by, message } = await attempt(editor, create({ 'sidecar.istio.io/injected': 'true' }));
    expect(by).toBe(BACKSTOP);
    expect(message).toContain('annotations: the pod: ');
  });
});
