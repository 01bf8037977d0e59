import { afterAll, beforeAll, beforeEach, expect, vi } from 'vitest';
import { type AgentRole, agentRole } from '../../src/api/agent-role.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { resources } from '../../src/kube/resources.ts';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { sha256 } from '../../src/lib/sha256.ts';
import type { SandboxFeed } from '../../src/policy/feed/feed-schemas.ts';
import { GATE_FACTS } from '../../src/policy/gate/gate-facts.ts';
import { buildGateData, buildGateFacts } from '../build/gate-facts.ts';
import { type StartedControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { allowGateway, GATEWAY_USER } from './allow-gateway.ts';
import { feedOf, ROLE, SANDBOX, TENANT } from './identity/identity-world.ts';
import { createPod } from './pod-writer.ts';
import type { ProxyAccess } from './proxy-client.ts';
import { type GatewayHere, startGatewayHere } from './running-gateway.ts';

/** A gateway in this process beside an API server of its own, with the rights of a gateway and no more. */
export interface CallsOnCluster extends GatewayHere {
  /** The sandbox of the test, whose pod the API server has, as the client of a proxy. */
  readonly access: ProxyAccess;
  /** The name of the sandbox of the test. */
  readonly sandbox: () => string;
  /** Tells the gateway that the sandbox of the test is contained. */
  readonly contain: () => Promise<void>;
}

const WATCH = ['list', 'watch'];
const POLL = { timeout: 20_000, interval: 50 } as const;

/** Registers the hooks; use what it answers only inside tests. `tweak` changes the role. */
export function useCallsOnCluster(tweak: (spec: AgentRole['spec']) => void): CallsOnCluster {
  const state = {} as { -readonly [Key in keyof CallsOnCluster]: CallsOnCluster[Key] };
  let [controlPlane, client]: [StartedControlPlane?, KubeClient?] = [];
  let [agents, system, used] = ['', '', 1];
  let feed: SandboxFeed = SANDBOX;
  const tell = async (...told: Parameters<typeof feedOf>): Promise<void> => {
    for (const object of feedOf(...told)) {
      const metadata = { ...object.metadata, namespace: system };
      await client?.apply(resources.configMaps, { ...object, metadata });
    }
  };
  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false });
    client = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
    agents = await controlPlane.createNamespace('agents');
    system = await controlPlane.createNamespace('system');
    await allowGateway(client, system, { resource: 'configmaps', verbs: WATCH });
    await allowGateway(client, agents, { resource: 'pods', verbs: WATCH });
    const spec = structuredClone(ROLE.spec);
    tweak(spec);
    const parsed = agentRole.schema.shape.spec.parse(spec);
    const role = { ...ROLE, spec: parsed, hash: sha256(canonicalJson(parsed)) };
    await tell({ ...TENANT, namespaces: [agents] }, role, null);
    await client.apply(resources.configMaps, factsConfigMap(system, agents));
    const kubeconfig = controlPlane.kubeconfigFor(GATEWAY_USER);
    const gateway = await startGatewayHere({
      client: await createKubeClient({ kubeconfig }),
      tenant: TENANT.tenant,
      namespace: system,
    });
    Object.assign(state, gateway);
    await vi.waitFor(
      async () => expect((await state.readiness()).filter((line) => !line.endsWith(': ok'))).toEqual([]),
      POLL,
    );
  });
  afterAll(async () => {
    await state.remove?.();
    await client?.close();
    await controlPlane?.stop();
  });
  beforeEach(async () => {
    used += 1;
    const [name, secret, address] = [`agent-${used}`, `secret-${used}`, `127.0.0.${used}`];
    const labels = { 'cloister.dev/role': ROLE.role, 'cloister.dev/sandbox': name };
    const given = client as KubeClient;
    await createPod(given, { namespace: agents, name, address, labels });
    const { metadata } = await given.get(resources.pods, { namespace: agents, name });
    const hash = sha256(secret);
    feed = {
      ...SANDBOX,
      narrow: undefined,
      namespace: agents,
      sandbox: name,
      podUID: metadata.uid ?? '',
      proxySecretHash: hash,
    };
    await tell(null, null, feed);
    state.access = { port: state.ports.proxy, from: address, secret };
  });
  state.sandbox = () => feed.sandbox;
  state.contain = () => tell(null, null, { ...feed, contained: true });
  return state;
}

function factsConfigMap(namespace: string, agents: string): KubeObject {
  const facts = buildGateFacts({ tenant: TENANT.tenant, namespaces: [agents] });
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: GATE_FACTS.configMap },
    data: buildGateData(facts),
  };
  return configMap;
}
