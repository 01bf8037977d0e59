import { describe, expect, test } from 'vitest';
import {
  ADDRESS,
  AGENTS,
  CLAIMS,
  feedOf,
  GOVERNED,
  labelled,
  OF_ROLE,
  OWN,
  POD,
  POD_UID,
  pod,
  REVIEW,
  ROLE,
  SANDBOX,
  secret,
  TENANT,
  tokenOf,
  type WorldStart,
  useWorlds,
  WITHDRAWN,
} from './identity-world.ts';

const start = useWorlds();

describe('a pod is identified by its address and', () => {
  test('the secret of its sandbox', async () => {
    const { caller } = await start();
    expect(await caller()).toEqual({
      namespace: AGENTS,
      pod: 'agent',
      podUID: POD_UID,
      address: ADDRESS,
      sandbox: 'agent',
      sandboxUID: SANDBOX.uid,
      role: 'minimal',
      roleUID: ROLE.uid,
      roleHash: ROLE.hash,
      policy: expect.objectContaining({ role: 'minimal' }),
      narrow: SANDBOX.narrow,
      auditSettings: ROLE.spec.audit,
      proof: 'Secret',
    });
  });

  test('the secret that pods of its namespace and role share, where it belongs to no sandbox', async () => {
    const { from } = await start({ pods: [GOVERNED] });
    expect(await from(OF_ROLE)).toMatchObject({
      caller: { proof: 'Shared', sandbox: null, sandboxUID: null, narrow: undefined },
    });
  });

  test('a token that is bound to it, about which the API server is asked once', async () => {
    const { from, reviews } = await start({ review: REVIEW });
    expect(await from(tokenOf(CLAIMS))).toMatchObject({ caller: { proof: 'Token', sandbox: 'agent' } });
    expect(await from(tokenOf(CLAIMS), `::ffff:${ADDRESS}`)).toHaveProperty('caller');
    expect(reviews()).toBe(1);
  });
});

describe('a pod is refused', () => {
  const contained = 'Contained';
  const table: readonly (readonly [string, WorldStart, string])[] = [
    ['that the operator has marked', { pods: [labelled({ 'cloister.dev/contained': 'true' })] }, contained],
    [
      'whose sandbox is contained',
      { feed: feedOf(TENANT, ROLE, { ...SANDBOX, contained: true }) },
      contained,
    ],
    ['whose role is withdrawn', { feed: feedOf(TENANT, WITHDRAWN) }, 'RoleWithdrawn'],
    ['whose role was never told', { feed: feedOf(TENANT, null) }, 'RoleWithdrawn'],
    [
      'whose role the tenant does not allow',
      { feed: feedOf({ ...TENANT, allowedRoles: [] }) },
      'RoleWithdrawn',
    ],
    ['that has no role', { pods: [pod({ '/metadata/labels': {} })] }, 'RoleWithdrawn'],
    ['whose namespace is not enrolled', { feed: feedOf({ ...TENANT, namespaces: [] }) }, 'SourceNotAPod'],
    ['where nothing is told of the tenant', { feed: feedOf(null) }, 'NotReady'],
    ['where nothing is told of its sandbox', { feed: feedOf(TENANT, ROLE, null) }, 'NotReady'],
    [
      'that is not the one of its sandbox',
      { feed: feedOf(TENANT, ROLE, { ...SANDBOX, podUID: ROLE.uid }) },
      'NotReady',
    ],
    [
      'that is being deleted',
      { pods: [pod({ '/metadata/deletionTimestamp': '2026-11-28T00:00:00Z' })] },
      'PodEnding',
    ],
    ['that has ended', { pods: [pod({ '/status/phase': 'Succeeded' })] }, 'SourceNotAPod'],
    ['that is on the network of its node', { pods: [pod({ '/spec/hostNetwork': true })] }, 'SourceNotAPod'],
    [
      'that shares its address',
      { pods: [POD, pod({ '/metadata/name': 'b', '/metadata/uid': 'b' })] },
      'SourceNotAPod',
    ],
    ['that is not there', { pods: [] }, 'SourceNotAPod'],
  ];
  test.for(table)('%s', async ([, world, reason]) => {
    const { from } = await start(world);
    expect(await from(OWN)).toMatchObject({ refusal: { reason, retry: reason === 'NotReady' } });
  });

  test('and the refusal names it where its address is that of one pod alone', async () => {
    const { from } = await start();
    expect(await from(null)).toMatchObject({
      refusal: { reason: 'NoProof', namespace: AGENTS, pod: 'agent', sandbox: 'agent' },
    });
    expect((await from(OWN, '10.0.0.6')) as object).not.toHaveProperty('refusal.pod');
    expect(await from(OWN, 'fe80::1%eth0')).toMatchObject({ refusal: { reason: 'SourceNotAPod' } });
  });

  test('once the gateway has not heard of the API server for 10 s', async () => {
    const { from, clock, identities } = await start({ isCutOff: true });
    await clock.advance(9_000);
    expect(await from(OWN)).toHaveProperty('caller');
    await clock.advance(2_000);
    expect(await from(OWN)).toMatchObject({ refusal: { reason: 'NotReady', retry: true } });
    expect(identities.problem()).toContain('last heard of more than 10 s ago');
  });

  test('once its watches have been open without a byte for 10 s, and no new one is answered', async () => {
    const { from, clock } = await start({ isHalfOpen: true });
    await clock.advance(9_000);
    expect(await from(OWN)).toHaveProperty('caller');
    await clock.advance(2_000);
    expect(await from(OWN)).toMatchObject({ refusal: { reason: 'NotReady', retry: true } });
  });

  test('but not where its silent watches are replaced by others', async () => {
    const { from, clock } = await start();
    await clock.advance(12_000);
    expect(await from(OWN)).toHaveProperty('caller');
  });
});

describe('a proof is not one of the pod:', () => {
  const user = (changes: object) => ({ ...REVIEW, user: { ...REVIEW.user, ...changes } });
  test.for([
    ['another secret', {}, secret('guessed')],
    ['the secret that other pods of its role share', {}, OF_ROLE],
    ['the secret of a sandbox, from another pod', { pods: [GOVERNED] }, OWN],
    ['a token that the API server does not accept', { review: { authenticated: false } }, tokenOf(CLAIMS)],
    [
      'a token of an API server that knows no audiences',
      { review: { ...REVIEW, audiences: undefined } },
      tokenOf(CLAIMS),
    ],
    ['a token of another audience', { review: { ...REVIEW, audiences: ['vault'] } }, tokenOf(CLAIMS)],
    ['a token of a user', { review: user({ username: 'admin' }) }, tokenOf(CLAIMS)],
    ['a token that is not bound to a pod', { review: user({ extra: {} }) }, tokenOf(CLAIMS)],
    [
      'a token of another pod',
      { review: user({ extra: { 'authentication.kubernetes.io/pod-uid': ['other'] } }) },
      tokenOf(CLAIMS),
    ],
    [
      'a token of another ServiceAccount',
      { review: user({ username: `system:serviceaccount:${AGENTS}:default` }) },
      tokenOf(CLAIMS),
    ],
    [
      'a token of another namespace',
      { review: user({ username: 'system:serviceaccount:other:cloister-s-agent' }) },
      tokenOf(CLAIMS),
    ],
  ] as const)('%s', async ([, world, proof]) => {
    const { from } = await start(world);
    expect(await from(proof)).toMatchObject({
      refusal: { reason: 'ProofWrong', retry: false, namespace: AGENTS },
    });
  });

  test.for([
    ['another pod', { ...CLAIMS, 'kubernetes.io': { pod: { uid: 'other' } } }],
    ['no pod', { ...CLAIMS, 'kubernetes.io': {} }],
    ['another audience', { ...CLAIMS, aud: ['vault'] }],
    ['nothing', 'none'],
  ] as const)(
    'a token that says itself that it is for %s, without asking the API server',
    async ([, claims]) => {
      const { from, reviews } = await start({ review: REVIEW });
      expect(await from(tokenOf(claims as object))).toMatchObject({ refusal: { reason: 'ProofWrong' } });
      expect(reviews()).toBe(0);
    },
  );

  test('a token where the API server does not answer, which may be tried again', async () => {
    const { from } = await start();
    expect(await from(tokenOf(CLAIMS))).toMatchObject({
      refusal: { reason: 'ProofNotReviewed', retry: true },
    });
  });

  test('a shared secret that is being made or taken away', async () => {
    const role = { ...ROLE, sharedSecrets: [{ namespace: AGENTS }] };
    const { from } = await start({ pods: [GOVERNED], feed: feedOf(TENANT, role) });
    expect(await from(OF_ROLE)).toMatchObject({ refusal: { reason: 'NotReady' } });
  });
});
