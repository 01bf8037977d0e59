import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { canonicalJson } from '../../../src/lib/canonical-json.ts';
import { sha256 } from '../../../src/lib/sha256.ts';
import {
  AGENTS,
  CHANGED_ROLE,
  feedOf,
  labelled,
  OWN,
  POD,
  POD_UID,
  pod,
  ROLE,
  SANDBOX,
  TENANT,
  useWorlds,
  WITHDRAWN,
} from './identity-world.ts';

const start = useWorlds();

const [TENANT_MAP, ROLE_MAP, SANDBOX_MAP] = feedOf() as [KubeObject, KubeObject, KubeObject];
const mapOf = (...feed: Parameters<typeof feedOf>) => feedOf(...feed).at(-1) as KubeObject;

describe('who was identified does not hold any more, and listeners hear of the pod, when', () => {
  const contain = mapOf(null, null, { ...SANDBOX, contained: true });
  const narrowed = mapOf(null, null, { ...SANDBOX, narrow: { tools: [], readOnlyPaths: [] } });
  const relabelled = labelled({ 'cloister.dev/role': 'devops' });
  const label = labelled({ 'cloister.dev/contained': 'true' });
  const deleting = pod({ '/metadata/deletionTimestamp': '2026-11-28T00:00:00Z' });
  const unknown = { ...SANDBOX_MAP, data: { 'sandbox.json': '{"format":2}' } };
  test.for([
    ['its sandbox is contained', 'configmaps', 'MODIFIED', contain, 'Contained'],
    ['its sandbox is narrowed', 'configmaps', 'MODIFIED', narrowed, 'RoleChanged'],
    ['its sandbox is taken away', 'configmaps', 'DELETED', SANDBOX_MAP, 'NotReady'],
    ['its sandbox is told in another format', 'configmaps', 'MODIFIED', unknown, 'NotReady'],
    ['its role is changed', 'configmaps', 'MODIFIED', mapOf(null, CHANGED_ROLE, null), 'RoleChanged'],
    ['its role is withdrawn', 'configmaps', 'MODIFIED', mapOf(null, WITHDRAWN, null), 'RoleWithdrawn'],
    ['its role is taken away', 'configmaps', 'DELETED', ROLE_MAP, 'RoleWithdrawn'],
    ['it is marked as contained', 'pods', 'MODIFIED', label, 'Contained'],
    ['its role label is changed', 'pods', 'MODIFIED', relabelled, 'RoleChanged'],
    ['it is being deleted', 'pods', 'MODIFIED', deleting, 'PodEnding'],
    ['it has ended', 'pods', 'MODIFIED', pod({ '/status/phase': 'Failed' }), 'PodEnding'],
    ['it is gone', 'pods', 'DELETED', POD, 'PodEnding'],
  ] as const)('%s', async ([, plural, type, object, reason]) => {
    const world = await start();
    const caller = await world.caller();
    expect(world.identities.stillHolds(caller)).toBeNull();
    await world.change(plural, type, object);
    expect(world.identities.stillHolds(caller)).toMatchObject({ reason, retry: false });
    expect(world.told).toEqual([[POD_UID]]);
  });

  test.for([{ isCutOff: true }, { isHalfOpen: true }])(
    'nothing is heard of the API server: %j',
    async (world) => {
      const { caller, clock, told, identities } = await start(world);
      const found = await caller();
      await clock.advance(59_000);
      expect(identities.stillHolds(found)).toBeNull();
      expect(told).toEqual([]);
      await clock.advance(3_000);
      expect(identities.stillHolds(found)).toMatchObject({ reason: 'NotReady', retry: true });
      expect(told).toContain('All');
    },
  );

  test('the tenant is changed, which may concern all', async () => {
    const world = await start();
    const caller = await world.caller();
    await world.change('configmaps', 'MODIFIED', mapOf({ ...TENANT, allowedRoles: [] }, null, null));
    expect(world.identities.stillHolds(caller)).toMatchObject({ reason: 'RoleWithdrawn' });
    expect(world.told).toEqual(['All']);
  });

  test('its namespace is followed no more', async () => {
    const world = await start();
    const caller = await world.caller();
    world.pods.follow([]);
    expect(world.identities.stillHolds(caller)).toMatchObject({ reason: 'PodEnding' });
    expect(world.told).toEqual([[POD_UID]]);
  });

  test('its address has gone to another pod of the same name', async () => {
    const world = await start();
    const caller = await world.caller();
    await world.change('pods', 'DELETED', POD);
    await world.change('pods', 'ADDED', pod({ '/metadata/uid': 'next' }));
    expect(world.identities.stillHolds(caller)).toMatchObject({ reason: 'PodEnding' });
    expect(await world.from(OWN)).toMatchObject({ refusal: { reason: 'NotReady' } });
  });
});

test('a listener that throws keeps no other from hearing', async () => {
  const world = await start();
  const heard: unknown[] = [];
  world.identities.onChange(() => {
    throw new Error('it cannot');
  });
  world.identities.onChange((pods) => heard.push(pods));
  await world.change('pods', 'DELETED', POD);
  expect(heard).toEqual([new Set([POD_UID])]);
});

describe('listeners hear nothing', () => {
  test('of a change of the pod that changes nothing for it', async () => {
    const world = await start();
    await world.change('pods', 'MODIFIED', pod({ '/metadata/labels/app': 'x' }));
    expect(world.told).toEqual([]);
    expect(world.identities.stillHolds(await world.caller())).toBeNull();
  });

  test('once they have left', async () => {
    const world = await start();
    const heard: unknown[] = [];
    const leave = world.identities.onChange((pods) => heard.push(pods));
    leave();
    await world.change('pods', 'DELETED', POD);
    expect(heard).toEqual([]);
  });
});

test('a role is compiled once for each hash', async () => {
  const world = await start();
  const sharedSecrets = [{ namespace: AGENTS, hash: sha256('another') }];
  await world.change('configmaps', 'MODIFIED', mapOf(null, { ...ROLE, sharedSecrets }, null));
  expect(world.compiled).toEqual(['minimal']);
  await world.change('configmaps', 'MODIFIED', mapOf(null, CHANGED_ROLE, null));
  expect(world.compiled).toEqual(['minimal', 'minimal']);
});

describe('readiness says', () => {
  const stranger = { ...TENANT_MAP, metadata: { ...TENANT_MAP.metadata, name: 'cloister-feed-next' } };
  const mislabelled = {
    ...TENANT_MAP,
    metadata: { ...TENANT_MAP.metadata, labels: { 'cloister.dev/feed': 'Role' } },
  };
  const text = (map: KubeObject, key: string, value: string): KubeObject =>
    ({ ...map, data: { [key]: value } }) as KubeObject;
  test.for([
    ['that nothing is told of the tenant', [], 'has not told what holds for the tenant'],
    [
      'which text has another format',
      [TENANT_MAP, text(ROLE_MAP, 'role.json', '{"format":2}')],
      'this gateway knows only 1',
    ],
    [
      'which field it does not know',
      [TENANT_MAP, text(SANDBOX_MAP, 'sandbox.json', canonicalJson({ ...SANDBOX, also: 1 }))],
      'also is not a field',
    ],
    ['which ConfigMap has no name of the feed', [TENANT_MAP, stranger], 'cloister-feed-next'],
    ['which ConfigMap has another label', [mislabelled], 'it must be "Tenant"'],
  ] as const)('%s', async ([, feed, problem]) => {
    const { identities } = await start({ feed });
    expect(identities.problem()).toContain(problem);
  });

  test('nothing where all can be used', async () => {
    const { identities } = await start();
    expect(identities.problem()).toBeNull();
    expect(identities.tenant()).toEqual(TENANT);
  });
});
