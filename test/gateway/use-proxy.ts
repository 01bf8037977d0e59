import { afterAll, beforeAll, beforeEach, expect, vi } from 'vitest';
import { type AgentRole, agentRole } from '../../src/api/agent-role.ts';
import type { KubeClient, Selection, WatchOptions } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import type { KubeResource } from '../../src/kube/kube-resource.ts';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { sha256 } from '../../src/lib/sha256.ts';
import { FEED } from '../../src/policy/feed/feed-name.ts';
import { GATE_FACTS } from '../../src/policy/gate/gate-facts.ts';
import {
  roleFeedConfigMap,
  sandboxFeedConfigMap,
  tenantFeedConfigMap,
} from '../../src/render/tenant/feed-config-map.ts';
import { buildRoleFeed, buildTenantFeed, SANDBOX_FEED } from '../build/feed.ts';
import { buildGateData, buildGateFacts } from '../build/gate-facts.ts';
import { createMemoryKubeClient } from '../build/memory-kube-client.ts';
import { sendBookmarks } from '../build/send-bookmarks.ts';
import type { ProxyAccess } from './proxy-client.ts';
import { type GatewayHere, type GatewayHereOptions, startGatewayHere } from './running-gateway.ts';

export const AGENTS = 'minimal-agents';
const NAMESPACE = 'cloister-t-minimal';
const SECRET = 'secret-of-the-sandbox';
const UID = '8a1f0c7e-0000-4000-8000-0000000000';

/** A gateway in this process that was told of sandboxes without an API server. */
export interface UsedProxy extends GatewayHere {
  /** A sandbox of its own for each test. */
  readonly access: ProxyAccess;
  /** Says that the sandbox of the test is contained. */
  readonly containSandbox: () => void;
  /** Gives the role another spec. */
  readonly changeRole: (tweak: (spec: AgentRole['spec']) => void) => void;
}

/** How often what is waited for is looked at. */
export const POLL = { timeout: 5_000, interval: 20 } as const;
const SANDBOXES = 40;

const numbers = Array.from({ length: SANDBOXES }, (_, index) => index + 10);

/** Registers the hooks; use what it answers only inside tests. `tweak` changes the role. */
export function useProxy(
  tweak: (spec: AgentRole['spec']) => void,
  given: Pick<GatewayHereOptions, 'flags' | 'credentials'> = {},
): UsedProxy {
  const state = {} as { -readonly [Key in keyof UsedProxy]: UsedProxy[Key] };
  const roleOf = (change: (spec: AgentRole['spec']) => void) => {
    const feed = buildRoleFeed();
    change(feed.spec);
    const spec = agentRole.schema.shape.spec.parse(feed.spec);
    return { ...feed, spec, hash: sha256(canonicalJson(spec)) };
  };
  const memory = createMemoryKubeClient({
    pods: numbers.map(podOf),
    configmaps: [
      factsConfigMap(),
      tenantFeedConfigMap(buildTenantFeed()),
      roleFeedConfigMap(roleOf(tweak)),
      ...numbers.map((number) => sandboxFeedConfigMap(sandboxOf(number))),
    ].map((object) => versioned(object as KubeObject, '1')),
  });
  let used = numbers[0] as number;
  let version = 1;
  const change = (object: object): void => {
    version += 1;
    memory.emit('configmaps', 'MODIFIED', versioned(object as KubeObject, String(version)));
  };
  beforeAll(async () => {
    const client = selecting(memory.client);
    Object.assign(
      state,
      await startGatewayHere({ client, tenant: 'minimal', namespace: NAMESPACE, ...given }),
    );
    await vi.waitFor(
      async () => expect((await state.readiness()).filter((line) => !line.endsWith(': ok'))).toEqual([]),
      POLL,
    );
  });
  afterAll(async () => {
    await state.remove?.();
  });
  beforeEach(() => {
    used += 1;
    state.access = { port: state.ports.proxy, from: `127.0.0.${used}`, secret: SECRET };
  });
  state.containSandbox = () => change(sandboxFeedConfigMap({ ...sandboxOf(used), contained: true }));
  state.changeRole = (next) => change(roleFeedConfigMap(roleOf(next)));
  return state;
}

function sandboxOf(number: number) {
  return {
    ...SANDBOX_FEED,
    sandbox: `agent-${number}`,
    uid: `${UID}${number}`,
    podUID: `${UID}${number}`,
    narrow: undefined,
    proxySecretHash: sha256(SECRET),
  };
}

function podOf(number: number): KubeObject {
  const pod = {
    metadata: {
      namespace: AGENTS,
      name: `agent-${number}`,
      uid: `${UID}${number}`,
      resourceVersion: '1',
      labels: { 'cloister.dev/role': 'minimal', 'cloister.dev/sandbox': `agent-${number}` },
    },
    spec: { serviceAccountName: `cloister-s-agent-${number}` },
    status: { phase: 'Running', podIPs: [{ ip: `127.0.0.${number}` }], hostIPs: [{ ip: '192.0.2.10' }] },
  };
  return pod;
}

function factsConfigMap(): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: NAMESPACE, name: GATE_FACTS.configMap },
    data: buildGateData(buildGateFacts({ tenant: 'minimal', namespaces: [AGENTS] })),
  };
}

function versioned(object: KubeObject, resourceVersion: string): KubeObject {
  return { ...object, metadata: { uid: object.metadata.name ?? '', ...object.metadata, resourceVersion } };
}

/** Lists and watches by selector, which the client in memory does not look at. */
function selecting(client: KubeClient): KubeClient {
  const isSelected = ({ metadata }: KubeObject, { fieldSelector, labelSelector }: Selection): boolean =>
    (fieldSelector === undefined || fieldSelector === `metadata.name=${metadata.name}`) &&
    (labelSelector !== FEED.label || metadata.labels?.[FEED.label] !== undefined);
  return {
    ...client,
    list: async (resource: KubeResource, selection: Selection = {}) => {
      const listed = await client.list(resource, selection);
      return { ...listed, items: listed.items.filter((item) => isSelected(item, selection)) };
    },
    watch: async (resource: KubeResource, options: WatchOptions) => {
      const stream = sendBookmarks(await client.watch(resource, options));
      return stream.filter((line: Buffer) => {
        const event = JSON.parse(line.toString()) as { type: string; object: KubeObject };
        return event.type === 'BOOKMARK' || isSelected(event.object, options);
      });
    },
  } as unknown as KubeClient;
}
