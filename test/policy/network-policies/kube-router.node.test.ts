import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluateConnection } from '../../../src/policy/network-policies/evaluate-connection.ts';
import type {
  ContainerPort,
  NetworkPolicy,
  PolicyPod,
} from '../../../src/policy/network-policies/network-policy.ts';
import { startNode, type StartedNode } from '../../testbed/node/start-node.ts';
import { canConnect, podAddress, startPods, testPod, type TestPod } from '../../testbed/node/test-pods.ts';
import { LIVE_POLICIES } from './live-policies.ts';

/** What pods try to reach. */
interface Target {
  readonly address: string;
  readonly port: number;
  readonly pod: PolicyPod | null;
}

let node: StartedNode;
let agents: string;
let policies: readonly NetworkPolicy[];
let targets: Readonly<Record<string, Target>>;

const cases = Object.keys(LIVE_POLICIES).map((name, index) => ({ name, agent: `agent-${index}` }));

beforeAll(async () => {
  node = await startNode();
  agents = await node.createNamespace('agents');
  const data = await node.createNamespace('data', { team: 'data' });
  policies = cases.flatMap(({ name, agent }) => policiesOf(name, agent));
  // Before their pods, so that none of them starts open.
  await node.apply(
    policies.map((policy) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...policy })),
  );
  const db = server(agents, 'db', { app: 'db' }, 'http');
  const web = server(agents, 'web', { app: 'web', tier: 'front' }, 'other');
  const far = server(data, 'far', { app: 'db' }, 'http');
  await startPods(
    node,
    [db, web, far].map(({ pod }) => pod),
  );
  await startPods(
    node,
    cases.map(({ agent }) => ({ namespace: agents, name: agent, labels: { agent } })),
  );
  const outside = (address: string, port: number): Target => ({ address, port, pod: null });
  targets = {
    db: await targetOf(db),
    web: await targetOf(web),
    far: await targetOf(far),
    'the internet by TLS': outside('8.8.8.8', 443),
    'the internet by DNS': outside('8.8.8.8', 53),
    'another address': outside('1.1.1.1', 443),
    'a private machine': outside('192.168.77.7', 80),
  };
});

afterAll(() => node?.stop());

function policiesOf(name: string, agent: string): readonly NetworkPolicy[] {
  return (LIVE_POLICIES[name] ?? []).map((egress, index) => ({
    metadata: { namespace: agents, name: `${agent}-${index}` },
    spec: { podSelector: { matchLabels: { agent } }, policyTypes: ['Egress'], egress },
  }));
}

interface Server {
  readonly pod: TestPod;
  readonly ports: readonly ContainerPort[];
}

/** A pod that answers on port 8080, which has a name. */
function server(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  portName: string,
): Server {
  const ports = [{ name: portName, containerPort: 8080, protocol: 'TCP' }];
  const pod = { namespace, name, labels, command: ['httpd', '-f', '-p', '8080', '-h', '/tmp'] };
  const { spec } = testPod(node.testImage, pod) as { spec: { containers: object[] } };
  const containers = spec.containers.map((container) => ({ ...container, ports }));
  return { pod: { ...pod, spec: { containers } }, ports };
}

async function targetOf({ pod, ports }: Server): Promise<Target> {
  const { namespace, name, labels = {} } = pod;
  return {
    address: await podAddress(node, namespace, name),
    port: 8080,
    pod: { namespace, labels, namespaceLabels: namespaceLabels(namespace), ports, hostNetwork: false },
  };
}

function namespaceLabels(namespace: string): Readonly<Record<string, string>> {
  return { 'kubernetes.io/metadata.name': namespace, ...(namespace === agents ? {} : { team: 'data' }) };
}

/** What the evaluator says of each target. */
function decide(agent: string): readonly (readonly [target: string, isOpen: boolean])[] {
  const pod: PolicyPod = {
    namespace: agents,
    labels: { agent },
    namespaceLabels: namespaceLabels(agents),
    ports: [],
    hostNetwork: false,
  };
  return Object.entries(targets).map(([name, { port, ...destination }]) => {
    // Its own address decides nothing about what it may reach.
    const source = { address: '10.244.0.255', pod };
    return [name, evaluateConnection(policies, { source, destination, port, protocol: 'TCP' }).egress];
  });
}

test.for(cases)('kube-router lets out what the evaluator says: $name', async ({ agent }) => {
  const reach = async (target: Target) =>
    canConnect(node, { namespace: agents, pod: agent }, target.address, target.port);
  const tried = async () => {
    const answers = Object.entries(targets).map(async ([name, target]) => [name, await reach(target)]);
    return Object.fromEntries(await Promise.all(answers)) as Readonly<Record<string, boolean>>;
  };
  await expect.poll(tried, { timeout: 30_000 }).toEqual(Object.fromEntries(decide(agent)));
});

test('each target is open to some of the pods and closed to others', () => {
  for (const target of Object.keys(targets)) {
    const decided = cases.map(({ agent }) => new Map(decide(agent)).get(target));
    expect(new Set(decided), target).toEqual(new Set([true, false]));
  }
});
