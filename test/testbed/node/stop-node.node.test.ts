import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { cgroupsNamed, machineState, processesIn } from './machine-state.ts';
import { startNode, type StartedNode } from './start-node.ts';
import { startPods } from './test-pods.ts';

const SETTLING = { timeout: 20_000 };

let node: StartedNode | undefined;

afterEach(async () => {
  await node?.stop();
  node = undefined;
});

test('a node changes nothing on the machine while it runs, and leaves nothing behind', async () => {
  const before = machineState();
  node = await startNode();
  const namespace = await node.createNamespace('stop');
  await startPods(node, [
    { namespace, name: 'one' },
    { namespace, name: 'two', spec: { hostUsers: false } },
  ]);
  expect(machineState()).toEqual(before);
  const links = ['readlink', '/proc/self/ns/net', '/proc/self/ns/pid', '/proc/self/ns/mnt'];
  const namespaces = [await node.run(links), await node.runOnInternet(links)].flatMap(({ stdout }) =>
    stdout.trim().split('\n'),
  );
  expect(processesIn(namespaces).length).toBeGreaterThan(8);
  expect(cgroupsNamed(basename(node.folder))).not.toEqual([]);
  await node.stop();
  expect(existsSync(node.folder)).toBe(false);
  expect(cgroupsNamed(basename(node.folder))).toEqual([]);
  expect(processesIn(namespaces)).toEqual([]);
  expect(machineState()).toEqual(before);
});

test('a node ends with the process that started it, however that ends', async () => {
  const source = JSON.stringify(new URL('start-node.ts', import.meta.url).href);
  const script = `const { startNode } = await import(${source});
    const { folder, run } = await startNode();
    const { stdout } = await run(['readlink', '/proc/self/ns/net', '/proc/self/ns/pid', '/proc/self/ns/mnt']);
    console.log(JSON.stringify({ folder, namespaces: stdout.trim().split('\\n') }));`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(parent, 'exit').then(() =>
    Promise.reject(new Error('the parent ended before its node was ready')),
  );
  const [line] = (await Promise.race([once(createInterface({ input: parent.stdout }), 'line'), ended])) as [
    string,
  ];
  ended.catch(() => undefined);
  const { folder, namespaces } = JSON.parse(line) as { folder: string; namespaces: string[] };
  expect(processesIn(namespaces)).not.toEqual([]);
  parent.kill('SIGKILL');
  const left = () => [
    ...processesIn(namespaces),
    ...cgroupsNamed(basename(folder)),
    ...(existsSync(folder) ? [folder] : []),
  ];
  await expect.poll(left, SETTLING).toEqual([]);
});
