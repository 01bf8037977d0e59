import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WritablePod } from '../build/pod.ts';
import { installChart } from '../testbed/node/install-chart.ts';
import { startNode, type StartedNode } from '../testbed/node/start-node.ts';
import { WORKLOAD_SHAPES, workloadImage, type WorkloadShape } from '../testbed/node/workload-images.ts';
import { orThrow } from '../testbed/run-command.ts';
import { AGENT_IMAGES, agentPod, agentRole, enrol } from './agents.ts';

let node: StartedNode;
let namespace: string;
let gatewayAddresses: readonly string[];
const images = new Map<WorkloadShape, string>();

beforeAll(async () => {
  node = await startNode();
  await installChart(node);
  for (const shape of WORKLOAD_SHAPES) {
    const tar = join(node.folder, `${shape}.tar`);
    await writeFile(tar, (await workloadImage(shape, node.folder)).tar);
    images.set(shape, await node.importImage(tar, `${AGENT_IMAGES}/${shape.toLowerCase()}`));
  }
  namespace = await node.createNamespace('agents');
  const roles = [agentRole('worker'), agentRole('isolated', { userNamespace: 'Required' })];
  gatewayAddresses = await enrol(node, { name: 'acme', namespace, roles });
  await node.apply(await reports());
});

afterAll(() => node?.stop());

const kubectl = async (...args: string[]): Promise<string> =>
  (await orThrow(`kubectl ${args.join(' ')}`, node.kubectl([`--namespace=${namespace}`, ...args]))).stdout;

/** A volume of the node with a file that the role may read and one that it may not. */
async function reports(): Promise<readonly object[]> {
  const path = join(node.folder, 'reports');
  await mkdir(join(path, 'private'), { recursive: true });
  await writeFile(join(path, 'june.txt'), 'open');
  await writeFile(join(path, 'private', 'salaries.txt'), 'closed');
  const amount = { accessModes: ['ReadWriteMany'], storageClassName: '' };
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'reports' },
      spec: { ...amount, capacity: { storage: '1Mi' }, hostPath: { path } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'reports', namespace },
      spec: { ...amount, volumeName: 'reports', resources: { requests: { storage: '1Mi' } } },
    },
  ];
}

/** Mounts the reports, and shadows what is private there. */
function mountReports({ spec }: WritablePod): void {
  spec.volumes?.push(
    { name: 'reports', persistentVolumeClaim: { claimName: 'reports' } },
    { name: 'nothing', emptyDir: { sizeLimit: '1Mi' } },
  );
  spec.containers[0].volumeMounts?.push(
    { name: 'reports', mountPath: '/data/reports', readOnly: true },
    { name: 'nothing', mountPath: '/data/reports/private', readOnly: true },
  );
}

/** Starts an agent and gives what it says of its container. */
async function inspect(
  shape: WorkloadShape,
  role: string,
  tweak?: (pod: WritablePod) => void,
): Promise<string> {
  const name = `${shape.toLowerCase()}-${role}`;
  const image = images.get(shape) ?? '';
  const restricts = (pod: WritablePod): void => {
    mountReports(pod);
    tweak?.(pod);
  };
  const pod = agentPod({ namespace, name, role, image, gatewayAddresses, tweak: restricts });
  await orThrow(`pod ${name}`, node.kubectl(['create', '-f', '-'], { input: JSON.stringify(pod) }));
  const log = () => kubectl('logs', name).catch(() => '');
  await expect.poll(log, { timeout: 60_000, message: `the output of ${name}` }).toContain('inspected');
  return log();
}

const field = (text: string, name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(text)?.[1];

/** How a path is mounted: `ro` or `rw`. */
function mountMode(text: string, path: string): string | undefined {
  const mounts = text.split('\n').map((line) => line.split(' '));
  return mounts.findLast(([, at]) => at === path)?.[3]?.split(',')[0];
}

describe.for(WORKLOAD_SHAPES)('an agent of shape %s', (shape) => {
  test('runs under the contract of its role', async () => {
    const seen = await inspect(shape, 'worker');
    expect({
      uid: field(seen, 'Uid'),
      gid: field(seen, 'Gid')?.split('\t')[0],
      effective: field(seen, 'CapEff'),
      bounding: field(seen, 'CapBnd'),
      noNewPrivileges: field(seen, 'NoNewPrivs'),
      seccomp: field(seen, 'Seccomp'),
    }).toEqual({
      uid: '1001\t1001\t1001\t1001',
      gid: '0',
      effective: '0'.repeat(16),
      bounding: '0'.repeat(16),
      noNewPrivileges: '1',
      seccomp: '2',
    });
    expect(mountMode(seen, '/')).toBe('ro');
    expect(mountMode(seen, '/data/reports')).toBe('ro');
    expect(seen).toContain('cannot write /file\n');
    expect(seen).toContain('writes /tmp/file\n');
    expect(seen).toContain('cannot write /data/reports/file\n');
    expect(field(seen, '/var/run/secrets holds')).toBe('');
    expect(field(seen, '/data/reports holds')).toBe('june.txt private');
    // What lies there on the node is shadowed by an empty volume.
    expect(field(seen, '/data/reports/private holds')).toBe('');
  });

  test('runs in a user namespace where its role requires one', async () => {
    const seen = await inspect(shape, 'isolated', ({ spec }) => {
      spec.hostUsers = false;
    });
    const [inside, outside, size] = (/^\s*0\s+\d+\s+\d+$/m.exec(seen)?.[0] ?? '')
      .trim()
      .split(/\s+/)
      .map(Number);
    expect({ inside, size }).toEqual({ inside: 0, size: 65_536 });
    expect(outside).toBeGreaterThanOrEqual(65_536);
    expect(field(seen, 'Uid')).toBe('1001\t1001\t1001\t1001');
    expect(field(seen, '/data/reports holds')).toBe('june.txt private');
    expect(field(seen, '/data/reports/private holds')).toBe('');
  });
});

test('a pod without the user namespace that its role requires is refused', async () => {
  const image = images.get('Shell') ?? '';
  const pod = agentPod({ namespace, name: 'plain', role: 'isolated', image, gatewayAddresses });
  const { stderr } = await node.kubectl(['create', '-f', '-'], { input: JSON.stringify(pod) });
  expect(stderr).toContain('user-namespace: spec.hostUsers is not set');
});

test('after a reboot of the node agents are as they were, and pods are judged as before', async () => {
  const image = images.get('Shell') ?? '';
  const name = 'rebooted';
  const pod = agentPod({
    namespace,
    name,
    role: 'worker',
    image,
    gatewayAddresses,
    restartPolicy: 'Always',
    tweak: mountReports,
  });
  const create = (object: object) => node.kubectl(['create', '-f', '-'], { input: JSON.stringify(object) });
  await orThrow(`pod ${name}`, create(pod));
  const log = () => kubectl('logs', name).catch(() => '');
  await expect.poll(log, { timeout: 60_000 }).toContain('inspected');
  const status = (seen: string) =>
    ['CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp', 'Uid'].map((one) => field(seen, one));
  const before = await log();
  await node.reboot();
  const restarts = '--output=jsonpath={.status.containerStatuses[0].restartCount}';
  await expect.poll(() => kubectl('get', 'pod', name, restarts), { timeout: 60_000 }).not.toBe('0');
  await expect.poll(log, { timeout: 60_000 }).toContain('inspected');
  const after = await log();
  expect(status(after)).toEqual(status(before));
  expect(field(after, '/data/reports/private holds')).toBe('');
  await kubectl(
    'wait',
    '--for=condition=Available',
    '--timeout=60s',
    '-n',
    'cloister-system',
    'deployment',
    '--all',
  );
  const bad = agentPod({ namespace, name: 'plain', role: 'isolated', image, gatewayAddresses });
  await expect
    .poll(async () => (await create(bad)).stderr, { timeout: 30_000 })
    .toContain('user-namespace: spec.hostUsers is not set');
});
