import { afterAll, beforeAll, expect, test } from 'vitest';
import { orThrow } from '../run-command.ts';
import { NODE_ADDRESS, NODE_NAME } from './node-network.ts';
import { startNode, type StartedNode } from './start-node.ts';
import { canConnect, podAddress, startPods, testPod } from './test-pods.ts';

let node: StartedNode;
let namespace: string;

beforeAll(async () => {
  node = await startNode();
  namespace = await node.createNamespace('node', { 'pod-security.kubernetes.io/enforce': 'restricted' });
});

afterAll(() => node?.stop());

const kubectl = async (...args: string[]): Promise<string> =>
  (await orThrow(`kubectl ${args.join(' ')}`, node.kubectl([`--namespace=${namespace}`, ...args]))).stdout;

test('the node is ready within a minute from nothing', async () => {
  process.stderr.write(`node: ${JSON.stringify(node.times)} ms\n`);
  expect(node.times.ready).toBeLessThan(60_000);
  const { status } = JSON.parse(await kubectl('get', `node/${NODE_NAME}`, '--output=json')) as {
    status: { nodeInfo: object; addresses: object[] };
  };
  expect(status.nodeInfo).toMatchObject({
    kubeletVersion: 'v1.37.2',
    containerRuntimeVersion: expect.stringContaining('containerd://2.4.2'),
  });
  expect(status.addresses).toContainEqual({ type: 'InternalIP', address: NODE_ADDRESS });
});

test('a pod runs under the limits of its security context', async () => {
  await startPods(node, [{ namespace, name: 'plain' }]);
  const { stdout } = await node.exec({ namespace, pod: 'plain' }, ['cat', '/proc/self/status']);
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(stdout)?.[1];
  expect(field('Uid')).toBe('1001\t1001\t1001\t1001');
  expect(field('CapEff')).toBe('0000000000000000');
  expect(field('NoNewPrivs')).toBe('1');
  expect(field('Seccomp')).toBe('2');
  const written = await node.exec({ namespace, pod: 'plain' }, ['touch', '/file']);
  expect(written.stderr).toContain('Read-only file system');
});

test('the API server reaches the kubelet: output and exec', async () => {
  const name = 'speaker';
  await startPods(node, [{ namespace, name, command: ['sh', '-c', 'echo started; sleep infinity'] }]);
  expect(await kubectl('logs', name)).toBe('started\n');
  expect(await kubectl('exec', name, '--', 'id', '-u')).toBe('1001\n');
});

test('a Service leads to its pod', async () => {
  const labels = { app: 'server' };
  const command = ['httpd', '-f', '-p', '8080', '-h', '/tmp'];
  await startPods(node, [
    { namespace, name: 'server', labels, command },
    { namespace, name: 'client' },
  ]);
  await node.apply([
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name: 'server' },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ]);
  const address = await kubectl('get', 'service/server', '--output=jsonpath={.spec.clusterIP}');
  const client = { namespace, pod: 'client' };
  await expect.poll(() => canConnect(node, client, address, 80), { timeout: 10_000 }).toBe(true);
});

test('the internet that is played answers, and knows who came', async () => {
  await startPods(node, [{ namespace, name: 'traveller' }]);
  const fetch = await node.exec({ namespace, pod: 'traveller' }, [
    'wget',
    '-q',
    '-O',
    '-',
    'http://8.8.8.8/path',
  ]);
  const from = await podAddress(node, namespace, 'traveller');
  expect(JSON.parse(fetch.stdout)).toMatchObject({ address: '8.8.8.8', port: 80, from, url: '/path' });
  expect(await node.reached()).toContainEqual({ protocol: 'TCP', address: '8.8.8.8', port: 80, from });
  expect(await canConnect(node, { namespace, pod: 'traveller' }, '203.0.113.1', 443)).toBe(false);
});

test('a pod in a user namespace runs, as nobody of the machine', async () => {
  await startPods(node, [{ namespace, name: 'userns', spec: { hostUsers: false } }]);
  const { stdout } = await node.exec({ namespace, pod: 'userns' }, ['cat', '/proc/self/uid_map']);
  const [inside, outside, size] = stdout.trim().split(/\s+/).map(Number);
  expect({ inside, size }).toEqual({ inside: 0, size: 65_536 });
  expect(outside).toBeGreaterThanOrEqual(65_536);
});

test('a Localhost seccomp profile is loaded, and a pod whose profile is missing does not start', async () => {
  const calls = { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 };
  const profile = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [calls] };
  await node.writeSeccompProfile('testbed/no-folders.json', profile);
  const localhost = (localhostProfile: string) => ({ type: 'Localhost', localhostProfile });
  const strict = { namespace, name: 'strict', seccompProfile: localhost('testbed/no-folders.json') };
  await startPods(node, [{ namespace, name: 'lenient' }, strict]);
  const mkdir = (pod: string) => node.exec({ namespace, pod }, ['mkdir', '/tmp/folder']);
  expect(await mkdir('lenient')).toMatchObject({ code: 0 });
  expect((await mkdir('strict')).stderr).toContain('Operation not permitted');

  const missing = { namespace, name: 'missing', seccompProfile: localhost('testbed/absent.json') };
  await node.apply([testPod(node.testImage, missing)]);
  const waiting = '--output=jsonpath={.status.containerStatuses[0].state.waiting.message}';
  await expect
    .poll(() => kubectl('get', 'pod/missing', waiting), { timeout: 30_000 })
    .toContain('cannot load seccomp profile');
});

test('kubelet and containerd restart under running pods', async () => {
  await startPods(node, [{ namespace, name: 'steady' }]);
  const state = () => kubectl('get', 'pod/steady', '--output=jsonpath={.status.containerStatuses[0]}');
  const before = await state();
  const started = () => node.exec({ namespace, pod: 'steady' }, ['stat', '-c', '%Y', '/proc/1']);
  const { stdout: began } = await started();
  await node.restartContainerd();
  await node.restartKubelet();
  await startPods(node, [{ namespace, name: 'afterwards' }]);
  expect(await state()).toBe(before);
  expect((await started()).stdout).toBe(began);
});
