import { afterAll, beforeAll, expect, test } from 'vitest';
import { GATEWAY } from '../../src/api/names.ts';
import { GATE_PROTOCOL } from '../../src/lib/gate-protocol.ts';
import { installChart, type InstalledChart } from '../testbed/node/install-chart.ts';
import { NODE_ADDRESS } from '../testbed/node/node-network.ts';
import { startNode, type StartedNode } from '../testbed/node/start-node.ts';
import { canConnect, podAddress } from '../testbed/node/test-pods.ts';
import { orThrow } from '../testbed/run-command.ts';
import { agentRole, enrol } from './agents.ts';
import { measure } from './figures.ts';
import { agentSandbox, conditionOf, waitForConditions } from './sandboxes.ts';

/** Where the agents try to get out to. The start gate itself tries another address. */
const OUTSIDE = '8.8.8.8';
const AT_ONCE = 20;
/** Tries to get out from its first line, without a pause. */
const ESCAPE = `n=0; while [ $n -lt 20 ]; do nc -w 1 ${OUTSIDE} 443 -e /bin/true 2>/dev/null; n=$((n + 1)); done; echo tried; sleep 3600`;

let node: StartedNode;
let cloister: InstalledChart;
let namespace: string;

beforeAll(async () => {
  node = await startNode();
  cloister = await installChart(node, ['webhook.replicas=1']);
  namespace = await node.createNamespace('agents');
  const roles = [agentRole('gated', { startGate: 'Required' }), agentRole('ungated')];
  await enrol(node, { name: 'acme', namespace, roles });
  await waitForConditions(node, {
    object: 'tenantisolation/acme',
    types: ['NetworkClosed', 'GatewayReady', 'Ready'],
  });
});

afterAll(() => node?.stop());

const kubectl = async (...args: string[]): Promise<string> =>
  (await orThrow(`kubectl ${args.join(' ')}`, node.kubectl([`--namespace=${namespace}`, ...args]))).stdout;

const sandbox = (name: string, role: string, script: string) =>
  agentSandbox({ namespace, name, role, image: node.testImage, command: ['sh', '-c', script] });

const condition = (name: string, type: string) =>
  conditionOf(node, { namespace, object: `agentsandbox/${name}`, type });

test('a tenant, a role and a sandbox give a running pod that the start gate has proven closed', async () => {
  const applied = Date.now();
  await node.apply([sandbox('first', 'gated', 'echo started; sleep 3600')]);
  const types = ['RoleResolved', 'PodReady', 'EgressClosed', 'Ready'];
  await waitForConditions(node, { namespace, object: 'agentsandbox/first', types });
  expect(await condition('first', 'EgressClosed')).toMatchObject({ reason: 'Closed' });
  const pod = JSON.parse(await kubectl('get', 'pod/first', '--output=json')) as {
    status: { phase: string; initContainerStatuses: { state: { terminated: { message: string } } }[] };
  };
  expect(pod.status.phase).toBe('Running');
  const report = pod.status.initContainerStatuses[0]?.state.terminated.message ?? '';
  expect(JSON.parse(report)).toMatchObject({ passed: true, open: [], canary: true });
  const figures = await measure(node, cloister, { namespace, name: 'first', applied });
  process.stderr.write(`figures: ${JSON.stringify(figures)}\n`);
});

test.for([
  ['the internet', OUTSIDE, 443],
  ['the metadata service', '169.254.169.254', 80],
  ['the API server', NODE_ADDRESS, 6443],
  ['the kubelet', NODE_ADDRESS, 10_250],
] as const)('from inside, %s is closed', async ([, address, port]) => {
  expect(await canConnect(node, { namespace, pod: 'first' }, address, port)).toBe(false);
});

test('from inside, the gateway greets on the port of its canary', async () => {
  const command = ['nc', '-w', '2', GATEWAY.name, String(GATEWAY.canaryPort)];
  const { stdout } = await node.exec({ namespace, pod: 'first' }, command);
  expect(stdout).toBe(GATE_PROTOCOL.canaryGreeting);
});

/** Starts sandboxes at the same time; gives which of them have reached the outside when all have stopped trying. */
async function escapesOf(role: string): Promise<readonly string[]> {
  const names = Array.from({ length: AT_ONCE }, (_, index) => `${role}-${index}`);
  await node.apply(names.map((name) => sandbox(name, role, ESCAPE)));
  const tried = async (name: string) =>
    (await node.kubectl(['logs', name, '--container=agent', `--namespace=${namespace}`])).stdout;
  for (const name of names) await expect.poll(() => tried(name), { timeout: 300_000 }).toBe('tried\n');
  const addresses = new Map<string, string>();
  for (const name of names) addresses.set(await podAddress(node, namespace, name), name);
  const came = (await node.reached()).filter(({ address }) => address === OUTSIDE);
  await kubectl('delete', 'agentsandboxes', ...names, '--wait');
  return [...new Set(came.map(({ from }) => addresses.get(from) ?? from))];
}

test(
  'of twenty sandboxes at once that try to get out from their first line none does',
  // What gets out once in two gets out.
  { timeout: 400_000, retry: 0 },
  async () => {
    expect(await escapesOf('gated')).toEqual([]);
  },
);

test('of twenty without a start gate some get out', { timeout: 400_000 }, async () => {
  expect(await escapesOf('ungated')).not.toEqual([]);
});

test('with kube-router killed no new agent starts, and the sandbox says why', async () => {
  await node.killKubeRouter();
  await node.apply([sandbox('unguarded', 'gated', 'echo started; sleep 3600')]);
  // What kube-router left lets no new pod to the gateway, which the gate has to ask what must be closed.
  const reason = async () => (await condition('unguarded', 'EgressClosed'))?.reason;
  await expect.poll(reason, { timeout: 110_000 }).toMatch(/^(GateFailed|FoundOpen)$/);
  const closed = await condition('unguarded', 'EgressClosed');
  process.stderr.write(`with kube-router killed: ${JSON.stringify(closed)}\n`);
  expect(closed?.status).not.toBe('True');
  expect(closed?.message).toMatch(/gateway|1\.1\.1\.1:443/);
  expect(
    (await node.kubectl(['logs', 'unguarded', '--container=agent', `--namespace=${namespace}`])).stdout,
  ).toBe('');
  expect(await canConnect(node, { namespace, pod: 'first' }, OUTSIDE, 443)).toBe(false);
  await node.startKubeRouter();
  await waitForConditions(node, { namespace, object: 'agentsandbox/unguarded', types: ['Ready'] });
});
