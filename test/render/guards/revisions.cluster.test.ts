import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { patch, post, remove } from './dry-run-calls.ts';
import {
  ACTORS,
  controller,
  type GuardedControlPlane,
  startGuardedControlPlane,
  user,
} from './guarded-control-plane.ts';
import { MAY_USE_DATA_ANALYST, workload } from './role-workloads.ts';

// What makes a controller run an old template, which was not the one that its author was asked about.
let guarded: GuardedControlPlane;

const { editor, administrator, garbageCollector } = ACTORS;
const GUARD = 'cloister-role-use';
const REVISIONS = 'cloister-controller-revisions';
const ROLLBACK = 'deprecated.deployment.rollback.to';
const statefulSetController = controller('statefulset-controller');
const privilegedCollector = user(garbageCollector.name, 'system:masters');
const deployment = workload('Deployment', 'data-analyst', { name: 'analyst' });
const revision = workload('ControllerRevision', null, { name: 'revision' });

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  await guarded.controlPlane.apply(MAY_USE_DATA_ANALYST);
  for (const [who, { path, body }] of [
    [administrator, deployment],
    [statefulSetController, revision],
  ] as const) {
    const { by, message } = await guarded.attempt(who, { method: 'POST', path, body });
    if (by !== 'Allowed') throw new Error(message);
  }
});
afterAll(() => guarded?.stop());

describe('the annotation that has the Deployment controller roll back', () => {
  const annotate = (name: string, value: string) =>
    patch(`${deployment.path}/${name}`, { metadata: { annotations: { [ROLLBACK]: value } } });
  test.for([
    ['needs the verb use on every role', editor, annotate('analyst', '1'), GUARD],
    ['which the platform team has', administrator, annotate('analyst', '1'), 'Allowed'],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });

  test('is asked about on creation, and nowhere else', async () => {
    const annotated = (namespace: string) => {
      const { path, body } = workload('Deployment', 'data-analyst', { name: 'new', namespace });
      return post(path, { ...body, metadata: { name: 'new', annotations: { [ROLLBACK]: '1' } } });
    };
    expect(await guarded.attempt(editor, annotated('acme-agents'))).toMatchObject({ by: GUARD });
    expect(await guarded.attempt(editor, annotated('elsewhere'))).toMatchObject({ by: 'Allowed' });
    const { message } = await guarded.attempt(editor, annotated('acme-agents'));
    expect(message).toContain(`metadata.annotations["${ROLLBACK}"] is "1"`);
    expect(message).toContain('Use kubectl rollout undo instead.');
  });
});

describe('a ControllerRevision, whose template is run as well', () => {
  const at = `${revision.path}/revision`;
  const forged = post(revision.path, { ...revision.body, metadata: { name: 'forged' } });
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'x', uid: 'y' }];
  const adopted = patch(at, { metadata: { ownerReferences } });
  const renumbered = patch(at, { revision: 9 });
  test.for([
    ['is forged by nobody', administrator, forged, REVISIONS],
    ['nor made by the garbage collector', privilegedCollector, forged, REVISIONS],
    ['is made by its controller', statefulSetController, forged, 'Allowed'],
    ['is renumbered by nobody', administrator, renumbered, REVISIONS],
    ['but its controller', statefulSetController, renumbered, 'Allowed'],
    ['is adopted by nobody', administrator, adopted, REVISIONS],
    ['is given another owner by the garbage collector', garbageCollector, adopted, 'Allowed'],
    ['is deleted by nobody', administrator, remove(at), REVISIONS],
    ['but the garbage collector', garbageCollector, remove(at), 'Allowed'],
    ['is written as it is by a migration', administrator, patch(at, {}), 'Allowed'],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });

  test('the message says what to do', async () => {
    const { message } = await guarded.attempt(administrator, forged);
    expect(message).toContain(
      'ControllerRevision "forged" in namespace "acme-agents": CREATE by "administrator"; must be done by the StatefulSet or DaemonSet controller, which makes pods from the template in it. Change the StatefulSet or DaemonSet instead.',
    );
  });
});
