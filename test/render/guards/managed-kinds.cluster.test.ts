import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiServerCaller, apiServerCaller } from '../../testbed/api-server-caller.ts';
import { MANAGED, MANAGED_KINDS, objectOf, pathOf, type ManagedKind } from './managed-kinds.ts';
import { patch, post, remove } from './dry-run-calls.ts';
import {
  ACTORS,
  controller,
  type GuardedControlPlane,
  startGuardedControlPlane,
  user,
} from './guarded-control-plane.ts';

let guarded: GuardedControlPlane;
let caller: ApiServerCaller;

const { editor, administrator, operator, garbageCollector } = ACTORS;
const GUARD = 'cloister-managed-objects';
const OWNER = { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'gone' }] };

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  caller = apiServerCaller(guarded.controlPlane.connection);
  for (const kind of MANAGED_KINDS) {
    for (const namespace of ['acme-agents', 'cloister-t-acme']) {
      const body = objectOf(kind, 'ours');
      const call = { method: 'POST', path: pathOf(kind, namespace), body } as const;
      const { by, message } = await guarded.attempt(operator, call);
      if (by !== 'Allowed') throw new Error(message);
    }
  }
});
afterAll(async () => {
  caller?.close();
  await guarded?.stop();
});

type Attempt = Parameters<GuardedControlPlane['attempt']>;
const judge = async (who: Attempt[0], call: Attempt[1], by: string) =>
  expect(await guarded.attempt(who, call)).toMatchObject({ by });

describe.for(MANAGED_KINDS)('a managed $kind', (kind) => {
  const at = `${pathOf(kind)}/ours`;

  test('is written by the operator alone', async () => {
    await judge(administrator, post(pathOf(kind), objectOf(kind, 'forged')), GUARD);
    await judge(administrator, patch(at, kind.change), GUARD);
    await judge(administrator, patch(`${pathOf(kind, 'cloister-t-acme')}/ours`, kind.change), GUARD);
    await judge(operator, patch(at, kind.change), 'Allowed');
  });

  test('is deleted by nobody beside it', async () => {
    await judge(administrator, remove(at), GUARD);
    await judge(garbageCollector, remove(at), 'Allowed');
  });

  test.for([
    ['owner', OWNER],
    ['label', { labels: { team: 'a' } }],
    ['annotation', { annotations: { a: 'b' } }],
    ['finalizer', { finalizers: [] }],
  ] as const)('keeps its %s', ([, metadata]) => judge(administrator, patch(at, { metadata }), GUARD));

  test('is replaced by itself, as a migration of the storage does', async () => {
    const { body } = await caller.send({ method: 'GET', path: at });
    await judge(
      administrator,
      { method: 'PUT', path: `${at}?dryRun=All&fieldManager=migration`, body },
      'Allowed',
    );
  });
});

describe.for(MANAGED_KINDS.filter(({ status }) => status !== undefined))(
  'the status of a managed $kind',
  (kind) => {
    const at = `${pathOf(kind)}/ours/status`;

    test('is written', () => judge(administrator, patch(at, { status: kind.status ?? {} }), 'Allowed'));

    test.for([
      ['owner', OWNER],
      ['finalizer', { finalizers: [] }],
      ['annotation', { annotations: { a: 'b' } }],
    ] as const)('changes no %s with it', ([, metadata]) =>
      judge(administrator, patch(at, { metadata, status: kind.status ?? {} }), GUARD),
    );

    test('changes no label with it', async () => {
      const call = patch(at, { metadata: { labels: { 'app.kubernetes.io/managed-by': null } } });
      // With a Deployment the API server itself keeps the labels.
      await judge(administrator, call, kind.kind === 'Deployment' ? 'Allowed' : GUARD);
    });

    test('marks no object of a tenant as ours', async () => {
      if (kind.kind === 'Deployment') return;
      const body = objectOf(kind, 'own', {});
      expect(
        await guarded.attempt(administrator, { method: 'POST', path: pathOf(kind), body }),
      ).toMatchObject({
        by: 'Allowed',
      });
      const own = `${pathOf(kind)}/own/status`;
      await judge(administrator, patch(own, { metadata: { labels: MANAGED } }), GUARD);
      await judge(administrator, patch(own, { metadata: { labels: { team: 'a' } } }), 'Allowed');
    });
  },
);

const kindOf = (name: string): ManagedKind => MANAGED_KINDS.find(({ kind }) => kind === name) as ManagedKind;

describe('the Deployment controller', () => {
  const at = `${pathOf(kindOf('Deployment'))}/ours/status`;
  const deploymentController = user(controller('deployment-controller').name, 'system:masters');
  test.for([
    [
      'writes with the status which revision is the newest',
      { annotations: { 'deployment.kubernetes.io/revision': '2' } },
      'Allowed',
    ],
    ['and no owner', OWNER, GUARD],
    ['nor a finalizer', { finalizers: [] }, GUARD],
  ] as const)('%s', ([, metadata, by]) => judge(deploymentController, patch(at, { metadata }), by));
});

describe.for(['Deployment', 'StatefulSet'])('the replicas of a %s', (name) => {
  const kind = kindOf(name);
  const scale = { spec: { replicas: 5 } };
  const labels = { app: 'b' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } };
  const content = { spec: { serviceName: 'b', replicas: 0, selector: { matchLabels: labels }, template } };
  const makeUnmarked = async (who: Attempt[0], path: string) => {
    const body = objectOf({ ...kind, content }, 'unmarked', {});
    await judge(who, { method: 'POST', path, body }, 'Allowed');
    return `${path}/unmarked/scale`;
  };

  test('are ours where it is managed', async () => {
    const path = `${pathOf(kind)}/ours/scale`;
    await judge(editor, patch(path, scale), GUARD);
    await judge(operator, patch(path, scale), 'Allowed');
    const { message } = await guarded.attempt(editor, patch(path, scale));
    expect(message).toContain(
      'Scale "ours" in namespace "acme-agents": UPDATE by "editor"; must be done by the',
    );
  });

  test('are ours in a system namespace, whatever its selector', async () => {
    const path = await makeUnmarked(operator, pathOf(kind, 'cloister-t-acme'));
    await judge(administrator, patch(path, scale), GUARD);
  });

  test("are the tenant's otherwise", async () => {
    const path = await makeUnmarked(editor, pathOf(kind));
    await judge(editor, patch(path, scale), 'Allowed');
  });
});
