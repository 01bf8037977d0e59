import { afterAll, beforeAll, expect, test } from 'vitest';
import { denyAll } from './network-policies.ts';
import { NODE_ADDRESS } from './node-network.ts';
import { startNode, type StartedNode } from './start-node.ts';
import { canConnect, podAddress, startPods } from './test-pods.ts';

let node: StartedNode;
let namespace: string;

beforeAll(async () => {
  node = await startNode({ networkPolicyEngine: 'none' });
  namespace = await node.createNamespace('policy');
  const labels = { app: 'agent' };
  await node.apply(denyAll(namespace, labels));
  await startPods(node, [
    { namespace, name: 'agent', labels },
    { namespace, name: 'other', command: ['httpd', '-f', '-p', '8080', '-h', '/tmp'] },
  ]);
});

afterAll(() => node?.stop());

test.for([
  ['the internet', '8.8.8.8', 443],
  ['the metadata service', '169.254.169.254', 80],
  ['the API server', NODE_ADDRESS, 6443],
] as const)('without an engine %s is open under a default deny', async ([, address, port]) => {
  expect(await canConnect(node, { namespace, pod: 'agent' }, address, port)).toBe(true);
});

test('without an engine another pod is open under a default deny', async () => {
  const other = await podAddress(node, namespace, 'other');
  expect(await canConnect(node, { namespace, pod: 'agent' }, other, 8080)).toBe(true);
});
