import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { minimalAgentSandbox } from '../../build/agent-sandbox.ts';
import { installManifests } from '../../testbed/install-cloister.ts';
import { apiServerCaller } from '../../testbed/api-server-caller.ts';
import { patch, post, remove } from './dry-run-calls.ts';
import {
  ACTORS,
  type GuardedControlPlane,
  startGuardedControlPlane,
  stampIsEffective,
  user,
} from './guarded-control-plane.ts';
import { MAY_USE_DATA_ANALYST } from './role-workloads.ts';

let guarded: GuardedControlPlane;

const { editor, administrator, operator, garbageCollector } = ACTORS;
/** Has what the chart gives a platform team, and no more. */
const platform = user('platform');
const GUARD = 'cloister-sandbox-metadata';
const SANDBOXES = '/apis/cloister.dev/v1alpha1/namespaces/acme-agents/agentsandboxes';
const HELD = `${SANDBOXES}/held`;
const FINALIZER = 'cloister.dev/revoke';
const sandbox = (metadata: object) => ({ ...minimalAgentSandbox, metadata: { name: 'new', ...metadata } });
const create = (metadata: object) => post(SANDBOXES, sandbox(metadata));
const change = (metadata: object) => patch(HELD, { metadata });
const annotate = (name: string, value: string | null = 'x') => change({ annotations: { [name]: value } });
const entries = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, '']));

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  await stampIsEffective(guarded);
  const shipped = installManifests('https://127.0.0.1').filter(
    ({ kind, metadata }) =>
      kind === 'ClusterRole' && (metadata as { name: string }).name === 'cloister-platform',
  );
  const apiGroup = 'rbac.authorization.k8s.io';
  const bound = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'platform' },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cloister-platform' },
    subjects: [{ kind: 'User', apiGroup, name: platform.name }],
  };
  await guarded.controlPlane.apply([...shipped, bound, ...MAY_USE_DATA_ANALYST]);
  const annotations = { 'cloister.dev/policy-hash': 'abc' };
  const body = sandbox({ name: 'held', finalizers: [FINALIZER, 'example.com/own'], annotations });
  const { by, message } = await guarded.attempt(operator, { method: 'POST', path: SANDBOXES, body });
  if (by !== 'Allowed') throw new Error(message);
});
afterAll(() => guarded?.stop());

describe('what Cloister writes on a sandbox', () => {
  test.for([
    ['a label is not set by its author', editor, create({ labels: { 'cloister.dev/sandbox': 'x' } }), GUARD],
    ['nor in a domain below ours', editor, create({ labels: { 'x.cloister.dev/a': 'x' } }), GUARD],
    ['nor an annotation', editor, create({ annotations: { 'cloister.dev/policy-hash': 'x' } }), GUARD],
    ['nor in capitals', editor, create({ annotations: { 'Cloister.DEV/force-release': 'x' } }), GUARD],
    ['nor its release', editor, create({ annotations: { 'cloister.dev/force-release': 'x' } }), GUARD],
    ['nor a finalizer', editor, create({ finalizers: [FINALIZER] }), GUARD],
    [
      'nor where no namespace is enrolled yet',
      editor,
      post(SANDBOXES.replace('acme-agents', 'elsewhere'), sandbox({ finalizers: [FINALIZER] })),
      GUARD,
    ],
    ['the finalizer is not removed by who may edit it', editor, change({ finalizers: null }), GUARD],
    ['also beside another', editor, change({ finalizers: ['example.com/own'] }), GUARD],
    ['nor by the platform team', administrator, change({ finalizers: null }), GUARD],
    ['nor is one of ours added', editor, change({ finalizers: [FINALIZER, `${FINALIZER}-2`] }), GUARD],
    ['another is removed', editor, change({ finalizers: [FINALIZER] }), 'Allowed'],
    ['the operator removes it', operator, change({ finalizers: null }), 'Allowed'],
    ['the hash is not changed', editor, annotate('cloister.dev/policy-hash'), GUARD],
    ['nor removed', editor, annotate('cloister.dev/policy-hash', null), GUARD],
    ['nor by who may release', platform, annotate('cloister.dev/policy-hash'), GUARD],
    ['the operator changes it', operator, annotate('cloister.dev/policy-hash'), 'Allowed'],
    ['a label is not added', editor, change({ labels: { 'cloister.dev/role': 'x' } }), GUARD],
    ['nor an annotation in capitals', editor, annotate('x.Cloister.dev/a'), GUARD],
    ['a label of the author is', editor, change({ labels: { team: 'a' } }), 'Allowed'],
    ['it is not forced to be released', editor, annotate('cloister.dev/force-release'), GUARD],
    ['but by who has the verb', platform, annotate('cloister.dev/force-release'), 'Allowed'],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });

  test('does not change with its status', async () => {
    const caller = apiServerCaller(guarded.controlPlane.connection);
    const metadata = {
      finalizers: null,
      annotations: { 'cloister.dev/force-release': 'x' },
      labels: { a: 'b' },
    };
    const { body } = await caller.send(patch(`${HELD}/status`, { metadata }));
    caller.close();
    expect(body['metadata']).toMatchObject({ finalizers: [FINALIZER, 'example.com/own'] });
    expect(JSON.stringify(body)).not.toContain('force-release');
  });

  test('is told in the message', async () => {
    const { message } = await guarded.attempt(editor, annotate('cloister.dev/force-release'));
    expect(message).toContain(
      'AgentSandbox "held" in namespace "acme-agents": metadata.annotations: "cloister.dev/force-release" is changed by "editor"; must be changed by the operator of Cloister alone. Leave it out, or as it was. To set cloister.dev/force-release, have the verb release on agentsandboxes.cloister.dev bound to you',
    );
  });
});

describe('how much a sandbox carries', () => {
  test.for([
    ['256 labels are enough', create({ labels: entries(256) }), 'Allowed'],
    ['more are refused', create({ labels: entries(257) }), GUARD],
    ['also later', change({ labels: entries(257) }), GUARD],
    ['so are annotations', change({ annotations: entries(257) }), GUARD],
  ] as const)('%s', async ([, call, by]) => {
    expect(await guarded.attempt(editor, call)).toMatchObject({ by });
  });
});

describe('a sandbox is deleted', () => {
  test.for([
    ['with what belongs to it', editor, remove(HELD), 'Allowed'],
    ['also in the foreground', editor, remove(HELD, 'propagationPolicy=Foreground'), 'Allowed'],
    ['never without it', editor, remove(HELD, 'propagationPolicy=Orphan'), GUARD],
    ['by the older name', editor, remove(HELD, 'orphanDependents=true'), GUARD],
    ['all at once', administrator, remove(SANDBOXES, 'propagationPolicy=Orphan'), GUARD],
    ["by the garbage collector's finalizer", editor, change({ finalizers: [FINALIZER, 'orphan'] }), GUARD],
    ['but by the operator', operator, remove(HELD, 'propagationPolicy=Orphan'), 'Allowed'],
    ['or the garbage collector', garbageCollector, remove(HELD, 'propagationPolicy=Orphan'), 'Allowed'],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });
});
