import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPod } from '../../build/pod.ts';
import { patch, post } from './dry-run-calls.ts';
import {
  ACTORS,
  enrol,
  type GuardedControlPlane,
  NAMESPACES,
  namespace,
  startGuardedControlPlane,
} from './guarded-control-plane.ts';

// Pods that were there before their namespace was enrolled, which the contract would refuse, and which must be contained.
let guarded: GuardedControlPlane;

const { administrator, operator, garbageCollector } = ACTORS;
const GUARD = 'cloister-pod-metadata';
const BACKSTOP = 'cloister-backstop';
/** Where the whole pod is judged as well, whichever the API server asks first answers. */
const EITHER: unknown = expect.stringMatching(/^cloister-(pod-metadata|backstop)$/);
const PODS = `${NAMESPACES}/older/pods`;
const CONTAINED = 'cloister.dev/contained';
const ROLE = 'cloister.dev/role';
const OWNERS = ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: name }));
const entries = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, '']));

const older = (name: string, metadata: object = {}) =>
  buildPod((pod) => {
    Object.assign(pod.metadata, { name, namespace: 'older', finalizers: ['example.com/hold'] }, metadata);
    pod.spec.shareProcessNamespace = true;
  });

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  const make = async (path: string, body: object) => {
    const { by, message } = await guarded.attempt(administrator, { method: 'POST', path, body });
    if (by !== 'Allowed') throw new Error(message);
  };
  await make(NAMESPACES, namespace('older', {}));
  const accounts = ['acme-agents', 'older'].map((each) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'agent', namespace: each },
  }));
  await guarded.controlPlane.apply(accounts);
  await make(PODS, older('plain', { ownerReferences: OWNERS }));
  // More than CEL's budget allows to look at one by one.
  await make(PODS, older('labels', { labels: { ...entries(32_000), [ROLE]: 'data-analyst' } }));
  await make(PODS, older('annotations', { annotations: entries(32_000) }));
  await enrol(guarded, 'older');
});
afterAll(() => guarded?.stop());

const change = (name: string, metadata: object, subresource = '') =>
  patch(`${PODS}/${name}${subresource}`, { metadata });

describe.for(['plain', 'labels', 'annotations'])('of a pod from before (%s)', (name) => {
  test.for([
    ['the operator contains it', operator, change(name, { labels: { [CONTAINED]: 'true' } }), 'Allowed'],
    ['nobody else does', administrator, change(name, { labels: { [CONTAINED]: 'true' } }), EITHER],
    ['the role stays', administrator, change(name, { labels: { [ROLE]: 'devops' } }), EITHER],
    ['also for the operator', operator, change(name, { labels: { [ROLE]: 'devops' } }), EITHER],
    [
      'the hash stays',
      administrator,
      change(name, { annotations: { 'cloister.dev/policy-hash': 'x' } }),
      EITHER,
    ],
    ['the finalizers go', administrator, change(name, { finalizers: [] }), 'Allowed'],
    ['the owners go', garbageCollector, change(name, { ownerReferences: null }), 'Allowed'],
    [
      'the spec is judged',
      administrator,
      patch(`${PODS}/${name}`, { spec: { activeDeadlineSeconds: 9 } }),
      BACKSTOP,
    ],
    [
      'a status is written',
      administrator,
      patch(`${PODS}/${name}/status`, { status: { message: 'x' } }),
      'Allowed',
    ],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });

  test('what was contained is released', async () => {
    const label = (value: string | null) => ({
      ...change(name, { labels: { [CONTAINED]: value } }),
      path: `${PODS}/${name}`,
    });
    expect(await guarded.attempt(operator, label('true'))).toMatchObject({ by: 'Allowed' });
    expect(await guarded.attempt(administrator, label(null))).toMatchObject({ by: EITHER });
    expect(await guarded.attempt(operator, label(null))).toMatchObject({ by: 'Allowed' });
  });
});

describe('how many labels and annotations a pod has', () => {
  const labels = (count: number) => ({ [ROLE]: 'data-analyst', ...entries(count - 1) });
  const create = (metadata: object) =>
    post(
      `${NAMESPACES}/acme-agents/pods`,
      buildPod((pod) => Object.assign(pod.metadata, { name: 'new' }, metadata)),
    );
  test.for([
    ['256 labels are enough', create({ labels: labels(256) }), 'Allowed'],
    ['257 are too many', create({ labels: labels(257) }), GUARD],
    ['and so are 257 annotations', create({ annotations: entries(257) }), GUARD],
    ['a pod from before gets no more', change('labels', { labels: { more: '' } }), GUARD],
    ['also through its status', change('labels', { labels: { more: '' } }, '/status'), GUARD],
    ['nor annotations', change('annotations', { annotations: { more: '' } }), EITHER],
    ['and one that has few not too many', change('plain', { labels: entries(257) }), GUARD],
    ['it may lose some', change('labels', { labels: { l0: null } }), 'Allowed'],
    ['it may lose annotations', change('annotations', { annotations: { l0: null } }), 'Allowed'],
    ['but have no others', change('annotations', { annotations: { l0: null, 'dapr.io/x': '' } }), BACKSTOP],
    ['it may have others', change('labels', { labels: { l0: null, more: '' } }), 'Allowed'],
  ] as const)('%s', async ([, call, by]) => {
    expect(await guarded.attempt(administrator, call)).toMatchObject({ by });
  });

  test('the message says what to do', async () => {
    const { message } = await guarded.attempt(administrator, change('plain', { labels: entries(300) }));
    expect(message).toContain(
      'Pod "plain" in namespace "older": metadata.labels has 301 entries; must have at most 256. Remove some.',
    );
  });
});

test('an owner that is added, or changed, has the pod judged', async () => {
  const other = (uid: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid });
  for (const ownerReferences of [
    [...OWNERS, other('c')],
    [other('a'), { ...OWNERS[1], name: 'other' }],
  ]) {
    expect(await guarded.attempt(administrator, change('plain', { ownerReferences }))).toMatchObject({
      by: BACKSTOP,
    });
  }
});
