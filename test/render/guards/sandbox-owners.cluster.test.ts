import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPod } from '../../build/pod.ts';
import { ACTORS, type GuardedControlPlane, startGuardedControlPlane } from './guarded-control-plane.ts';
import { podOfSandbox } from './role-workloads.ts';

let guarded: GuardedControlPlane;

const { editor, administrator, operator } = ACTORS;
const PODS = '/api/v1/namespaces/acme-agents/pods';
const GUARD = 'cloister-pod-metadata';

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'agent', namespace: 'acme-agents' },
  };
  await guarded.controlPlane.apply([account]);
  const made = { method: 'POST' as const, path: PODS, body: buildPod() };
  const { by, message } = await guarded.attempt(administrator, made);
  if (by !== 'Allowed') throw new Error(message);
});
afterAll(() => guarded?.stop());

const patch = (pod: string, metadata: object) => ({
  method: 'PATCH' as const,
  path: `${PODS}/${pod}?dryRun=All`,
  contentType: 'application/merge-patch+json',
  body: { metadata },
});

describe('the owner of the pod of a sandbox', () => {
  // Any object that is there, so that the garbage collector leaves the pod alone.
  const owner = (uid: string) => ({ apiVersion: 'v1', kind: 'Pod', name: 'agent', uid });
  const other = { ...owner('another-uid'), kind: 'ConfigMap' };
  let own: object;

  beforeAll(async () => {
    const { stdout: uid } = await guarded.controlPlane.kubectl(
      'get pod agent -n acme-agents -o jsonpath={.metadata.uid}'.split(' '),
    );
    own = owner(uid);
    const pod = podOfSandbox('hermes', 'analyst');
    const body = { ...pod, metadata: { ...pod.metadata, ownerReferences: [own] } };
    const { by, message } = await guarded.attempt(operator, { method: 'POST', path: PODS, body });
    if (by !== 'Allowed') throw new Error(message);
  });

  test.for<readonly [string, typeof editor, () => readonly object[] | null, string]>([
    ['an editor cannot take it away, so that the pod outlives its sandbox', editor, () => null, GUARD],
    ['an editor cannot give the pod to another sandbox', editor, () => [other], GUARD],
    ['an editor cannot add one that keeps it', editor, () => [own, other], GUARD],
    ['the garbage collector may take it away', ACTORS.garbageCollector, () => null, 'Allowed'],
    ['the operator may', operator, () => null, 'Allowed'],
  ])('%s', async ([, who, owners, by]) => {
    const call = patch('hermes', { ownerReferences: owners() });
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });

  test('stays where an editor labels the pod otherwise', async () => {
    expect(await guarded.attempt(editor, patch('hermes', { labels: { team: 'a' } }))).toMatchObject({
      by: 'Allowed',
    });
  });

  test('is nothing that another pod cannot be given', async () => {
    const call = patch('agent', { ownerReferences: [other] });
    expect(await guarded.attempt(editor, call)).toMatchObject({ by: 'Allowed' });
  });
});
