import { expect, test, vi } from 'vitest';
import { ANNOTATION, VAULT_FINALIZER } from '../../../src/api/names.ts';
import type { AgentSandbox } from '../../../src/api/agent-sandbox.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { type IdentityRecord, recordFields } from '../../../src/operator/identity/decide-identity.ts';
import { createIdentityKeeper } from '../../../src/operator/identity/identity-keeper.ts';
import { provideIdentity } from '../../../src/operator/identity/provide-identity.ts';
import { type PolicyHolder, withHolder } from '../../../src/policy/vault/sandbox-policy.ts';
import { vaultName } from '../../../src/policy/vault/vault-identity.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { createMemoryKubeClient, type MemoryKubeClient } from '../../build/memory-kube-client.ts';
import { createMemoryVault } from '../../build/memory-vault.ts';

const OWNER = { tenant: 'acme', namespace: 'acme-agents', sandbox: 'hermes' };
const PLACE = { authMount: 'kubernetes', namespace: null };
const WANTED = { owner: OWNER, place: PLACE, policy: '# nothing\n', databaseRoles: [], databaseMounts: [] };
const RECORD: IdentityRecord = {
  owner: OWNER,
  place: PLACE,
  serviceAccountUID: 'b1b5c1de-4c1f-4f3d-9d8e-0d2f6f3b7c01',
  databaseMounts: [],
  policyHash: undefined,
  podUID: undefined,
};
type StoredSandbox = AgentSandbox & KubeObject;

/** The sandbox whose identity is recorded. */
function recorded(tweak: (sandbox: AgentSandbox) => void = () => {}): StoredSandbox {
  return buildAgentSandbox((one) => {
    const { namespace, sandbox: name } = OWNER;
    Object.assign(one.metadata, { namespace, name, uid: 'sandbox-uid', finalizers: [VAULT_FINALIZER] });
    one.status = recordFields(RECORD);
    tweak(one);
  });
}

const RUN = {
  isContained: false,
  pod: undefined,
  podLives: false,
  signal: new AbortController().signal,
};
const NOTHING_BOUND = { count: 1, unbound: [], keyValues: [], databaseMounts: [], secrets: [] };

/** What identities are made with, where no ServiceAccount is cached. */
const contextOf = ({ client }: MemoryKubeClient) => ({
  client,
  databases: null,
  caches: { serviceAccounts: { get: () => undefined, list: () => [] } as never },
  events: { record: () => {} },
  logger: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
  clock: createManualClock(0),
});

/** Provides by a cache that shows the identity recorded, where the API server has the sandbox as it is given. */
function provide(
  now: readonly StoredSandbox[],
  action: 'Provide' | 'Adopt' = 'Provide',
  former?: PolicyHolder,
) {
  const memory = createMemoryVault();
  const cluster = createMemoryKubeClient({ agentsandboxes: now });
  if (former !== undefined) memory.policies.set(vaultName(OWNER), withHolder('# former\n', former));
  const run = { ...RUN, sandbox: recorded(), needs: null };
  const context = { ...contextOf(cluster), vault: memory.identities, seen: new Map() };
  const provided = provideIdentity({ action, wanted: WANTED, record: RECORD }, run, context);
  return { provided, memory };
}

test('what is recorded is made', async () => {
  const { provided, memory } = provide([recorded()]);
  expect((await provided).record?.policyHash).toBeDefined();
  expect([...memory.roles]).toEqual(['cloister.acme.acme-agents.hermes']);
});

test.for<readonly [string, readonly StoredSandbox[]]>([
  ['a sandbox that is gone', []],
  ['another sandbox of the name', [recorded(({ metadata }) => Object.assign(metadata, { uid: 'other' }))]],
  [
    'a sandbox that is being deleted',
    [recorded(({ metadata }) => Object.assign(metadata, { deletionTimestamp: '2026-11-28T12:00:00Z' }))],
  ],
  ['a sandbox whose identity is away', [recorded((one) => (one.status = {}))]],
  [
    'a sandbox whose identity is being taken away',
    [recorded((one) => Object.assign(one.status ?? {}, { removal: [{ name: 'LoginClosed' }] }))],
  ],
  [
    'a sandbox without the finalizer',
    [recorded(({ metadata }) => Object.assign(metadata, { finalizers: [] }))],
  ],
])('of %s nothing is made, whatever a late cache says', async ([, now]) => {
  const { provided, memory } = provide(now);
  await expect(provided).rejects.toMatchObject({ reason: 'Conflict' });
  expect(memory.roles.size + memory.policies.size).toBe(0);
});

test.for(['Provide', 'Adopt'] as const)(
  'what is left of an earlier sandbox is recorded at the mount at which it was made (%s)',
  async (action) => {
    const former = { serviceAccountUID: 'a0a5c1de-4c1f-4f3d-9d8e-0d2f6f3b7c01', authMount: 'former' };
    const { provided, memory } = provide([recorded()], action, former);
    expect((await provided).record).toMatchObject({
      serviceAccountUID: former.serviceAccountUID,
      place: { authMount: 'former', namespace: null },
    });
    expect(memory.roles.size).toBe(0);
  },
);

/** As a person annotates it who forces a release. */
const forced = recorded((one) => {
  one.metadata.annotations = { [ANNOTATION.forceRelease]: 'Vault is lost' };
  one.status = {};
});

test.for([
  [
    'begins',
    { identity: WANTED, bound: NOTHING_BOUND, problems: [], withholdsLogins: false },
    [VAULT_FINALIZER],
  ],
  ['ends', null, []],
] as const)('an identity that %s takes off what forced a release', async ([, needs, finalizers]) => {
  const cluster = createMemoryKubeClient();
  const keeper = createIdentityKeeper({ ...contextOf(cluster), vault: createMemoryVault().identities });
  const finish = await keeper.remove({ ...RUN, sandbox: forced, needs });
  await finish();
  const patches = cluster.writes.filter(({ verb }) => verb === 'patch');
  expect(patches.map(({ body }) => body)).toEqual([
    { metadata: { finalizers, annotations: { [ANNOTATION.forceRelease]: null } } },
  ]);
});
