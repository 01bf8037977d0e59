import { describe, expect, test } from 'vitest';
import { tenantConditions } from '../../../src/api/tenant-isolation/status.ts';
import { parseServiceFacts } from '../../../src/policy/gate/service-facts.ts';
import { provideServices, servicesReport } from '../../../src/operator/tenant-isolation/provide-services.ts';
import { HTTPS, provide, service, type ServiceWorld, slice } from './service-world.ts';

const factOf = async (changes: Partial<ServiceWorld>) => {
  const { facts, problems } = await provide(changes);
  expect(problems).toEqual([]);
  return facts?.services[0];
};

describe('a gateway is told', () => {
  test('the endpoints of a Service that are ready, and the port on which they listen', async () => {
    const slices = [
      slice('models/llama', ['10.244.1.8', '10.244.1.7']),
      slice('models/llama', ['10.244.1.9'], { ready: false }),
      slice('models/llama', ['10.244.1.11'], { name: 'metrics', port: 9090 }),
      slice('models/other', ['10.244.1.12']),
    ];
    const { facts, reaches, problems, nextTime } = await provide({ slices });
    const addresses = ['10.244.1.7', '10.244.1.8'];
    expect(facts?.services).toEqual([
      { namespace: 'models', name: 'llama', port: 443, targetPort: 8443, addresses },
    ]);
    expect(reaches).toEqual([
      { namespace: 'models', selector: { app: 'llama' }, targetPort: 8443, addresses },
    ]);
    expect({ problems, nextTime }).toEqual({ problems: [], nextTime: Infinity });
  });

  test('where no Service may be: nodes, the API server, Cloister and Vault', async () => {
    const { facts } = await provide();
    expect(facts?.denied).toEqual([
      '10.42.0.0/31',
      '10.96.0.1/32',
      '10.96.0.8/31',
      '10.96.0.30/32',
      '10.244.0.8/31',
      '10.244.0.10/32',
      '10.244.0.30/32',
      '192.168.1.2/32',
      '192.168.1.7/32',
      'fd42::/127',
    ]);
  });

  test('what it can read', async () => {
    const { facts } = await provide({ slices: [slice('models/llama', ['10.244.1.7', 'fd12::7'])] });
    expect(parseServiceFacts(JSON.stringify(facts))).toMatchObject({ facts });
  });

  test('one port where a workload is rolled out: that of the most endpoints', async () => {
    const slices = [
      slice('models/llama', ['10.244.1.7']),
      slice('models/llama', ['10.244.1.8', '10.244.1.9'], { port: 9443 }),
    ];
    expect(await factOf({ slices })).toMatchObject({
      targetPort: 9443,
      addresses: ['10.244.1.8', '10.244.1.9'],
    });
  });

  test('16 endpoints at most', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `10.244.1.${index}`);
    expect((await factOf({ slices: [slice('models/llama', many)] }))?.addresses).toHaveLength(16);
  });

  test('nothing where no role names a Service', async () => {
    const context = {} as never;
    expect(await provideServices([{ upstreams: [] }], context)).toMatchObject({ count: 0, facts: null });
  });
});

const OF_LLAMA = (address: string) => ({ slices: [slice('models/llama', ['10.244.1.7', address])] });

describe('a Service is not told, and named', () => {
  test.for<[string, Partial<ServiceWorld>, string]>([
    ['that does not exist', { services: [] }, 'models/llama does not exist'],
    [
      'without that port',
      { wanted: { namespace: 'models', name: 'llama', port: 80 } },
      'models/llama has no TCP port 80',
    ],
    [
      'with UDP on that port',
      { services: [service('models', 'llama', { ports: [{ ...HTTPS, protocol: 'UDP' }] })] },
      'models/llama has no TCP port 443',
    ],
    ['without endpoints', {}, 'models/llama has no endpoint that is ready on port 443'],
    [
      'whose endpoints are not ready',
      { slices: [slice('models/llama', ['10.244.1.7'], { ready: false })] },
      'models/llama has no endpoint that is ready on port 443',
    ],
    [
      'with a node among its endpoints',
      OF_LLAMA('192.168.1.7'),
      'is refused: no agent may reach its endpoint 192.168.1.7',
    ],
    ['with the bridge of a node', OF_LLAMA('10.42.0.1'), 'its endpoint 10.42.0.1'],
    ['with the bridge of a node by IPv6', OF_LLAMA('fd42::1'), 'its endpoint fd42::1'],
    ['with the end of the tunnel of a node', OF_LLAMA('10.42.0.0'), 'its endpoint 10.42.0.0'],
    ['with the API server', OF_LLAMA('192.168.1.2'), 'its endpoint 192.168.1.2'],
    ['with the Service of the API server', OF_LLAMA('10.96.0.1'), 'its endpoint 10.96.0.1'],
    ['with the webhook', OF_LLAMA('10.244.0.8'), 'its endpoint 10.244.0.8'],
    ['with a gateway', OF_LLAMA('10.244.0.9'), 'its endpoint 10.244.0.9'],
    ['with a pod of a gateway', OF_LLAMA('10.244.0.10'), 'its endpoint 10.244.0.10'],
    ['with a pod of Vault', OF_LLAMA('10.244.0.30'), 'its endpoint 10.244.0.30'],
    ['with the Service of Vault', OF_LLAMA('10.96.0.30'), 'its endpoint 10.96.0.30'],
    ['with another Service', OF_LLAMA('10.200.0.1'), 'its endpoint 10.200.0.1'],
    ['with an address of --denied-addresses', OF_LLAMA('10.55.1.1'), 'its endpoint 10.55.1.1'],
    ['with metadata of a cloud', OF_LLAMA('169.254.169.254'), 'its endpoint 169.254.169.254'],
    ['with loopback', OF_LLAMA('127.0.0.1'), 'its endpoint 127.0.0.1'],
    [
      'that is the API server',
      { wanted: { namespace: 'default', name: 'kubernetes', port: 443 } },
      'default/kubernetes is refused: it is the API server',
    ],
    [
      'that is the webhook',
      { wanted: { namespace: 'cloister-system', name: 'cloister-webhook', port: 443 } },
      'cloister-system/cloister-webhook is refused: it is in a namespace of Cloister',
    ],
    [
      'that is a gateway',
      { wanted: { namespace: 'cloister-t-other', name: 'cloister-gateway', port: 8443 } },
      'cloister-t-other/cloister-gateway is refused: it is in a namespace of Cloister',
    ],
    [
      'that is Vault',
      { wanted: { namespace: 'vault', name: 'vault', port: 8200 } },
      'vault/vault is refused: it is Vault',
    ],
    [
      'that selects the pods of Vault',
      {
        services: [service('vault', 'another', { selector: { app: 'vault' }, ports: [HTTPS] })],
        slices: [slice('vault/another', ['10.244.0.30'])],
        wanted: { namespace: 'vault', name: 'another', port: 443 },
      },
      'vault/another is refused: no agent may reach its endpoint 10.244.0.30',
    ],
    [
      'at Vault outside the cluster, by its address',
      { vault: 'https://10.9.0.3:8200', ...OF_LLAMA('10.9.0.3') },
      'its endpoint 10.9.0.3',
    ],
    [
      'at Vault outside the cluster, by its name',
      {
        vault: 'https://vault.corp.example',
        dns: { 'vault.corp.example': ['10.9.0.3'] },
        ...OF_LLAMA('10.9.0.3'),
      },
      'its endpoint 10.9.0.3',
    ],
    [
      'while it is not known where Vault is',
      { vault: 'https://vault.corp.example', ...OF_LLAMA('10.244.1.8') },
      'all are refused: it is not known where Vault is (vault.corp.example is not known)',
    ],
  ])('%s', async ([, changes, expected]) => {
    const provided = await provide(changes);
    expect(provided.facts?.services ?? []).toEqual([]);
    expect(provided.reaches).toEqual([]);
    expect(provided.problems).toEqual([expect.stringContaining(expected)]);
    const { conditions } = servicesReport(provided);
    expect(conditions[0]).toMatchObject({
      type: 'ServicesFound',
      status: 'False',
      reason: 'NotUsable',
      message: expect.stringContaining(
        `Calls to upstreams at these Services are denied: ${provided.problems[0]}.`,
      ),
    });
    expect(Object.keys(tenantConditions.ServicesFound.reasons)).toContain(conditions[0]?.reason);
  });
});

test.for([
  [0, 'The allowed roles name no Services.'],
  [2, 'Services that the allowed roles name: 2 of 2 found.'],
] as const)('%i Services without a problem are found', ([count, message]) => {
  const [condition] = servicesReport({ count, problems: [] }).conditions;
  expect(condition).toEqual({ type: 'ServicesFound', status: 'True', reason: 'Found', message });
  expect(Object.keys(tenantConditions.ServicesFound.reasons)).toContain('Found');
});

test('a host of Vault that is resolved is looked at again', async () => {
  const dns = { 'vault.corp.example': ['10.9.0.3'] };
  const found = await provide({ vault: 'https://vault.corp.example', dns, ...OF_LLAMA('10.244.1.8') });
  expect(found).toMatchObject({ problems: [], nextTime: 61_000 });
});
