import { afterEach, expect } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import { compileCallPolicy } from '../../../src/policy/tools/compile-tools.ts';
import type { Caller, Identification, Proof } from '../../../src/gateway/identity/caller.ts';
import { createIdentities } from '../../../src/gateway/identity/create-identities.ts';
import type { WatchedPod } from '../../../src/gateway/known-pod.ts';
import { createPodDirectory } from '../../../src/gateway/pod-directory.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { createLog } from '../../../src/lib/log.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { canonicalJson } from '../../../src/lib/canonical-json.ts';
import { unlessAborted } from '../../../src/lib/unless-aborted.ts';
import { sha256 } from '../../../src/lib/sha256.ts';
import type { RoleFeed, SandboxFeed, TenantFeed } from '../../../src/policy/feed/feed-schemas.ts';
import {
  roleFeedConfigMap,
  sandboxFeedConfigMap,
  tenantFeedConfigMap,
} from '../../../src/render/tenant/feed-config-map.ts';
import { buildRoleFeed, buildTenantFeed, SANDBOX_FEED } from '../../build/feed.ts';
import { changedObject } from '../../build/changed-object.ts';
import { createManualClock, type ManualClock } from '../../build/manual-clock.ts';
import { createMemoryKubeClient, type MemoryKubeClient } from '../../build/memory-kube-client.ts';

export const AGENTS = 'minimal-agents';
export const ADDRESS = '10.0.0.5';
export const POD_UID = '8a1f0c7e-0000-4000-8000-00000000000a';
const SECRET = 'secret-of-the-sandbox';
const SHARED = 'secret-of-the-role';

export const TENANT: TenantFeed = buildTenantFeed();
export const ROLE: Extract<RoleFeed, { state: 'Allowed' }> = {
  ...buildRoleFeed(),
  sharedSecrets: [{ namespace: AGENTS, hash: sha256(SHARED) }],
};
export const SANDBOX: SandboxFeed = { ...SANDBOX_FEED, podUID: POD_UID, proxySecretHash: sha256(SECRET) };

export const secret = (text: string): Proof => ({ kind: 'Secret', secret: new Secret(text) });
export const OWN = secret(SECRET);
export const OF_ROLE = secret(SHARED);

/** A token as it says of itself; `status` is what the API server answers to it. */
export function tokenOf(claims: object): Proof {
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return { kind: 'Token', token: new Secret(`e30.${text}.c2ln`) };
}

export const CLAIMS = {
  aud: ['cloister-gateway'],
  exp: 4_000_000_000,
  'kubernetes.io': { pod: { uid: POD_UID } },
} as const;

/** What the API server says of a good token of the pod. */
export const REVIEW = {
  authenticated: true,
  audiences: ['cloister-gateway'],
  user: {
    username: `system:serviceaccount:${AGENTS}:cloister-s-agent`,
    extra: { 'authentication.kubernetes.io/pod-uid': [POD_UID] },
  },
};

/** The pod of the sandbox `agent`. */
export const POD: WatchedPod = {
  metadata: {
    namespace: AGENTS,
    name: 'agent',
    uid: POD_UID,
    resourceVersion: '1',
    labels: { 'cloister.dev/role': 'minimal', 'cloister.dev/sandbox': 'agent' },
  },
  spec: { serviceAccountName: 'cloister-s-agent' },
  status: { phase: 'Running', podIPs: [{ ip: ADDRESS }], hostIPs: [{ ip: '192.0.2.10' }] },
};

/** A pod of another workload. */
export const GOVERNED: WatchedPod = {
  ...POD,
  metadata: { ...POD.metadata, name: 'governed', labels: { 'cloister.dev/role': 'minimal' } },
};

/** The pod of the sandbox with other values at some JSON Pointers, or with more labels. */
export const pod = (changes: Readonly<Record<string, unknown>>) =>
  changedObject(POD, changes) as unknown as typeof POD;
export const labelled = (labels: Readonly<Record<string, string>>) =>
  pod({ '/metadata/labels': { ...POD.metadata.labels, ...labels } });
const otherSpec = { ...ROLE.spec, description: 'Changed.' };
export const CHANGED_ROLE = { ...ROLE, spec: otherSpec, hash: sha256(canonicalJson(otherSpec)) };
export const WITHDRAWN: RoleFeed = {
  format: ROLE.format,
  tenant: ROLE.tenant,
  role: ROLE.role,
  sharedSecrets: ROLE.sharedSecrets,
  state: 'Withdrawn',
};

export interface WorldStart {
  readonly pods?: readonly WatchedPod[];
  readonly feed?: readonly KubeObject[];
  /** The status of every TokenReview. */
  readonly review?: object;
  /** Whether nothing is heard of the API server after the first lists. */
  readonly isCutOff?: boolean;
  /** Whether the first watches stay open without a byte, and no other is answered. */
  readonly isHalfOpen?: boolean;
}

export interface IdentityWorld {
  readonly identities: ReturnType<typeof createIdentities>;
  readonly pods: ReturnType<typeof createPodDirectory>;
  readonly memory: MemoryKubeClient;
  readonly clock: ManualClock;
  /** The roles that were compiled. */
  readonly compiled: string[];
  /** What listeners were told. */
  readonly told: (readonly string[] | 'All')[];
  /** How often the API server was asked about a token. */
  readonly reviews: () => number;
  readonly from: (proof: Proof | null, address?: string) => Promise<Identification>;
  readonly caller: () => Promise<Caller>;
  /** Sends a change to the watches. */
  readonly change: (
    plural: 'pods' | 'configmaps',
    type: 'ADDED' | 'MODIFIED' | 'DELETED',
    object: object,
  ) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const feedOf = (
  tenant: TenantFeed | null = TENANT,
  role: RoleFeed | null = ROLE,
  sandbox: SandboxFeed | null = SANDBOX,
): readonly KubeObject[] =>
  [
    tenant && tenantFeedConfigMap(tenant),
    role && roleFeedConfigMap(role),
    sandbox && sandboxFeedConfigMap(sandbox),
  ].flatMap((object) => (object === null ? [] : [object as KubeObject]));

/** Registers the hook that ends every world of a test; starts one. */
export function useWorlds(): (start?: WorldStart) => Promise<IdentityWorld> {
  const worlds: IdentityWorld[] = [];
  afterEach(async () => {
    await Promise.all(worlds.splice(0).map((world) => world.stop()));
  });
  return async (start) => {
    const world = await createWorld(start);
    worlds.push(world);
    return world;
  };
}

/** Identities of a gateway that has been told `start`, without an API server. */
async function createWorld(start: WorldStart = {}): Promise<IdentityWorld> {
  const clock = createManualClock(1_000_000);
  const memory = createMemoryKubeClient({
    pods: start.pods ?? [POD],
    configmaps: (start.feed ?? feedOf()).map((object) => versioned(object, '1')),
  });
  let reviews = 0;
  const create = (): Promise<object> => {
    reviews += 1;
    if (start.review === undefined) return Promise.reject(new Error('no answer'));
    return Promise.resolve({ status: start.review });
  };
  const cutOff = start.isCutOff === true ? { watch: () => Promise.reject(new Error('no answer')) } : {};
  const halfOpen = start.isHalfOpen === true ? { watch: onceEach(memory.client) } : {};
  const client = { ...memory.client, create, ...cutOff, ...halfOpen } as unknown as KubeClient;
  const log = createLog({ program: 'gateway', level: 'silent' });
  const pods = createPodDirectory({ client, logger: log, clock });
  const compiled: string[] = [];
  const compile = (spec: AgentRole['spec'], role: string) => {
    compiled.push(role);
    return compileCallPolicy(spec, role);
  };
  const options = { client, log, clock, tenant: 'minimal', namespace: 'cloister-t-minimal', pods, compile };
  const identities = createIdentities(options);
  const told: IdentityWorld['told'] = [];
  identities.onChange((podUIDs) => told.push(podUIDs === 'All' ? 'All' : [...podUIDs]));
  identities.start();
  pods.follow([AGENTS]);
  await clock.advance(1);
  told.length = 0;
  if (start.isCutOff === true) memory.listing = new Promise(() => {});
  let version = 1;
  const from = (proof: Proof | null, address = ADDRESS) => identities.identify({ address, proof });
  return {
    identities,
    pods,
    memory,
    clock,
    compiled,
    told,
    reviews: () => reviews,
    from,
    caller: async () => {
      const found = await from(OWN);
      expect(found).toHaveProperty('caller');
      return (found as { caller: Caller }).caller;
    },
    change: async (plural, type, object) => {
      version += 1;
      memory.emit(plural, type, versioned(object as KubeObject, String(version)));
      await clock.advance(1);
    },
    stop: async () => {
      await Promise.all([identities.stop(), pods.stop()]);
    },
  };
}

function versioned(object: KubeObject, resourceVersion: string): KubeObject {
  return { ...object, metadata: { uid: object.metadata.name ?? '', ...object.metadata, resourceVersion } };
}

/** Answers the first watch of each resource, and no other. */
function onceEach(client: KubeClient): KubeClient['watch'] {
  const answered = new Set<string>();
  return (resource, options) => {
    if (answered.has(resource.plural)) return unlessAborted(new Promise(() => {}), options.signal);
    answered.add(resource.plural);
    return client.watch(resource, options);
  };
}
