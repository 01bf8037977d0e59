import { afterAll, beforeAll, expect, test } from 'vitest';
import { DECOY_ADDRESSES, NODE_ADDRESS } from './node-network.ts';
import { denyAll } from './network-policies.ts';
import { startNode, type StartedNode } from './start-node.ts';
import { canConnect, podAddress, startPods } from './test-pods.ts';

let node: StartedNode;
let namespace: string;
let other: string;

beforeAll(async () => {
  node = await startNode();
  namespace = await node.createNamespace('policy');
  await node.apply(denyAll(namespace, { app: 'agent' }));
  const command = ['httpd', '-f', '-p', '8080', '-h', '/tmp'];
  await startPods(node, [
    { namespace, name: 'agent', labels: { app: 'agent' } },
    { namespace, name: 'open' },
    { namespace, name: 'other', command },
  ]);
  other = await podAddress(node, namespace, 'other');
});

afterAll(() => node?.stop());

const targets: readonly (readonly [string, () => string, number])[] = [
  ['the internet', () => '8.8.8.8', 443],
  ['another public address', () => '1.1.1.1', 443],
  ['DNS over TCP', () => '8.8.8.8', 53],
  ['the metadata service', () => '169.254.169.254', 80],
  ...DECOY_ADDRESSES.map((address) => [`${address} by TLS`, () => address, 443] as const),
  ['another pod', () => other, 8080],
  ['the API server by its Service', () => '10.96.0.1', 443],
  ['the API server by its address', () => NODE_ADDRESS, 6443],
  ['the kubelet', () => NODE_ADDRESS, 10_250],
];

test.for(targets)('under a default deny %s is closed, and open to other pods', async ([, address, port]) => {
  const reach = (pod: string) => canConnect(node, { namespace, pod }, address(), port);
  await expect.poll(() => reach('agent'), { timeout: 10_000 }).toBe(false);
  expect(await reach('open')).toBe(true);
});

test('under a default deny UDP is closed, and open to other pods', async () => {
  const ask = (pod: string) =>
    node.exec({ namespace, pod }, ['timeout', '2', 'nslookup', 'example.com', '8.8.8.8']);
  const came = async (pod: string) => {
    const from = await podAddress(node, namespace, pod);
    return (await node.reached()).some((reached) => reached.protocol === 'UDP' && reached.from === from);
  };
  await Promise.all([ask('agent'), ask('open')]);
  expect({ agent: await came('agent'), open: await came('open') }).toEqual({ agent: false, open: true });
});

test('a policy that is written for a running pod closes it', async () => {
  const labels = { app: 'late' };
  await startPods(node, [{ namespace, name: 'late', labels }]);
  const late = { namespace, pod: 'late' };
  expect(await canConnect(node, late, '8.8.8.8', 443)).toBe(true);
  await node.apply(denyAll(namespace, labels));
  await expect.poll(() => canConnect(node, late, '8.8.8.8', 443), { timeout: 10_000 }).toBe(false);
});

test('with kube-router killed, pods stay as they are and new ones are open, until it runs again', async () => {
  const labels = { app: 'agent' };
  const reach = (pod: string) => canConnect(node, { namespace, pod }, '8.8.8.8', 443);
  await node.killKubeRouter();
  await startPods(node, [{ namespace, name: 'unguarded', labels }]);
  expect(await reach('agent')).toBe(false);
  expect(await reach('unguarded')).toBe(true);
  await node.startKubeRouter();
  await expect.poll(() => reach('unguarded'), { timeout: 20_000 }).toBe(false);
});

test('restarts of kubelet and containerd keep policies enforced', async () => {
  await node.restartContainerd();
  await node.restartKubelet();
  expect(await canConnect(node, { namespace, pod: 'agent' }, '8.8.8.8', 443)).toBe(false);
  expect(await canConnect(node, { namespace, pod: 'open' }, '8.8.8.8', 443)).toBe(true);
});
