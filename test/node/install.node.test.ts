import { afterAll, beforeAll, expect, test } from 'vitest';
import { installChart, type InstalledChart } from '../testbed/node/install-chart.ts';
import { startNode, type StartedNode } from '../testbed/node/start-node.ts';

let node: StartedNode;
let cloister: InstalledChart;

beforeAll(async () => {
  node = await startNode();
  cloister = await installChart(node);
});

afterAll(() => node?.stop());

test('helm install --wait makes operator and webhook available', async () => {
  process.stderr.write(`${JSON.stringify(cloister)}\n`);
  const { stdout } = await node.kubectl(['get', 'pods', '-A', '-o', 'wide']);
  expect(stdout).toBe('');
});
