import { expect, test } from 'vitest';
import type { GateTarget } from '../../../src/lib/gate-protocol.ts';
import { CLUSTER_FACTS } from '../../../src/policy/gate/cluster-facts.ts';
import { GATE_FACTS } from '../../../src/policy/gate/gate-facts.ts';
import { SERVICE_FACTS, type ServiceFacts } from '../../../src/policy/gate/service-facts.ts';
import type { NodeFacts } from '../../../src/policy/nodes/node-facts.ts';
import { createAttempts } from '../../../src/operator/tenant-isolation/attempts.ts';
import { provideGateFacts } from '../../../src/operator/tenant-isolation/provide-gate-facts.ts';
import { gateConfigMap } from '../../../src/render/tenant/gate-config-map.ts';
import type { RenderedObject } from '../../../src/render/tenant/rendered-object.ts';
import { tenant } from '../use-memory-operator.ts';

const TARGET: GateTarget = { name: 'api', address: '10.96.0.1', port: 443, protocol: 'TCP' };
const told = gateConfigMap(
  {
    format: GATE_FACTS.format,
    tenant: 'acme',
    namespaces: ['left'],
    nodePorts: 'Refuse',
    targets: [TARGET],
  },
  { format: CLUSTER_FACTS.format, blocks: ['5.6.0.0/16'] },
  null,
);
const NODE = {
  metadata: { name: 'node-1' },
  spec: { podCIDRs: ['10.244.1.0/24', '2a01:db8:1::/64'] },
  status: { addresses: [{ address: 'node-1' }, { address: '192.168.1.7' }, { address: '5.9.0.7' }] },
};

interface Cluster {
  readonly told: ServiceFacts | null;
  readonly services: () => Promise<readonly string[]>;
  readonly nodes: readonly NodeFacts[];
}

/** Tells the gateway of a tenant, where the targets are read so, and it was told that before. */
async function provide(
  read: () => Promise<readonly GateTarget[]>,
  before: RenderedObject | undefined,
  { services = () => Promise.resolve([]), nodes = [], told: facts = null }: Partial<Cluster> = {},
): Promise<{ readonly problem: string | null; readonly written: readonly RenderedObject[] }> {
  const written: RenderedObject[] = [];
  const task = {
    tenant: tenant('acme', []),
    namespaces: ['b', 'a'],
    services: { facts },
    context: {
      gateTargets: { read },
      serviceBlocks: { read: services },
      configuration: { gate: { nodePorts: 'Refuse' } } as never,
      caches: { configMaps: { get: () => before }, nodes: { list: () => nodes } } as never,
    },
    attempts: createAttempts(new AbortController().signal),
  };
  const problem = await provideGateFacts(task, (object) => {
    written.push(object);
    return Promise.resolve('Written');
  });
  return { problem, written };
}

const textIn = ([object]: readonly RenderedObject[], key: string): string | undefined =>
  (object as unknown as { data: Record<string, string> }).data[key];
const factsIn = (written: readonly RenderedObject[]): unknown =>
  JSON.parse(textIn(written, GATE_FACTS.key) ?? '');
const blocksIn = (written: readonly RenderedObject[]): unknown =>
  (JSON.parse(textIn(written, CLUSTER_FACTS.key) ?? '{}') as { blocks?: unknown }).blocks;
const read = (): Promise<readonly GateTarget[]> => Promise.resolve([TARGET]);
const unknown = (): Promise<never> => Promise.reject(new Error('it is not known where DNS is'));

test('a gateway is told the namespaces of its tenant and the targets', async () => {
  const { problem, written } = await provide(() => Promise.resolve([TARGET]), undefined);
  expect(problem).toBeNull();
  expect(factsIn(written)).toMatchObject({ namespaces: ['a', 'b'], targets: [TARGET] });
});

test('where the targets are not known it is told the namespaces all the same, with the targets of before', async () => {
  const { problem, written } = await provide(unknown, told);
  expect(problem).toBe('The targets of the start gates are not known: it is not known where DNS is.');
  expect(factsIn(written)).toMatchObject({ namespaces: ['a', 'b'], targets: [TARGET] });
});

test('where they were never known it is told nothing', async () => {
  const { problem, written } = await provide(unknown, undefined);
  expect(problem).toContain('not known');
  expect(written).toEqual([]);
});

test('it is told the Services that its roles name, and has no key of them where they name none', async () => {
  const facts: ServiceFacts = { format: SERVICE_FACTS.format, denied: ['192.168.1.7/32'], services: [] };
  const { written } = await provide(read, told, { told: facts });
  expect(JSON.parse(textIn(written, SERVICE_FACTS.key) ?? '')).toEqual(facts);
  expect(textIn((await provide(read, told)).written, SERVICE_FACTS.key)).toBeUndefined();
});

test('a gateway is told the public addresses of nodes, of their pods and of Services', async () => {
  const services = () => Promise.resolve(['10.96.0.0/12', '8.8.0.0/17', '8.8.128.0/17']);
  const { problem, written } = await provide(read, undefined, { services, nodes: [NODE] });
  expect(problem).toBeNull();
  expect(blocksIn(written)).toEqual(['5.9.0.7/32', '8.8.0.0/16', '2a01:db8:1::/64']);
});

test('where Services cannot be read, it is told the nodes all the same, with the blocks of before', async () => {
  const services = () => Promise.reject(new Error('list ServiceCIDR: timed out'));
  const { problem, written } = await provide(read, told, { services, nodes: [NODE] });
  expect(problem).toBe('The addresses of Services are not known: list ServiceCIDR: timed out.');
  expect(blocksIn(written)).toEqual(['5.6.0.0/16', '5.9.0.7/32', '2a01:db8:1::/64']);
});

test.for([
  [
    'Services were never read',
    { services: () => Promise.reject(new Error('timed out')) },
    'The addresses of Services are not known: timed out.',
  ],
  [
    'a node has a block that is none',
    { nodes: [{ ...NODE, spec: { podCIDRs: ['10.0.0.0'] } }] },
    '"10.0.0.0" is not a block of addresses',
  ],
  [
    'the blocks are too many',
    {
      services: () =>
        Promise.resolve(Array.from({ length: 8193 }, (_, at) => `5.${at >> 7}.${(at & 127) * 2}.0/32`)),
    },
    'public addresses in 8193 blocks; a gateway can be told 8192',
  ],
] as const)(
  'it is told no addresses, so that it connects to nothing, where %s',
  async ([, cluster, message]) => {
    const { problem, written } = await provide(read, undefined, cluster);
    expect(problem).toContain(message);
    expect(factsIn(written)).toMatchObject({ targets: [TARGET] });
    expect(blocksIn(written)).toBeUndefined();
  },
);
