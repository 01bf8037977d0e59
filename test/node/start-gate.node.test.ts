import { describe, expect, test } from 'vitest';
import { installChart } from '../testbed/node/install-chart.ts';
import { type NodeOptions, startNode, type StartedNode } from '../testbed/node/start-node.ts';
import { agentRole, enrol } from './agents.ts';
import { agentSandbox, conditionOf, waitForConditions } from './sandboxes.ts';

/** Applies a sandbox on a new node, and gives what the start gate has made of it. */
async function startSandbox(node: StartedNode) {
  await installChart(node, ['webhook.replicas=1']);
  const namespace = await node.createNamespace('agents');
  await enrol(node, { name: 'acme', namespace, roles: [agentRole('gated', { startGate: 'Required' })] });
  await waitForConditions(node, { object: 'tenantisolation/acme', types: ['Ready'] });
  const command = ['sh', '-c', 'echo started; sleep 3600'];
  await node.apply([
    agentSandbox({ namespace, name: 'first', role: 'gated', image: node.testImage, command }),
  ]);
  const closed = { namespace, object: 'agentsandbox/first', type: 'EgressClosed' };
  await expect
    .poll(async () => (await conditionOf(node, closed))?.status, { timeout: 110_000 })
    .toBe('False');
  const log = ['logs', 'first', '--container=agent', `--namespace=${namespace}`];
  return { condition: await conditionOf(node, closed), output: (await node.kubectl(log)).stdout };
}

describe.for<[meaning: string, options: NodeOptions, found: RegExp]>([
  ['a network plugin that ignores policies', { networkPolicyEngine: 'none' }, /1\.1\.1\.1:443/],
  ['link-local addresses that no policy covers', { linkLocalGuard: false }, /\bfe80:\S*%eth0\S*:10250/],
])('with %s', ([, options, found]) => {
  test('the agent does not start, and the sandbox names what is open', { timeout: 240_000 }, async () => {
    const node = await startNode(options);
    try {
      const { condition, output } = await startSandbox(node);
      expect(output).toBe('');
      expect(condition).toMatchObject({ reason: 'FoundOpen', message: expect.stringMatching(found) });
    } finally {
      await node.stop();
    }
  });
});
