import { expect, test, vi } from 'vitest';
import type { ServiceFacts } from '../../src/policy/gate/service-facts.ts';
import { readSampleObject } from '../demo/samples.ts';
import { NAMESPACES } from '../e2e/enrolled-tenants.ts';
import { ENDPOINT } from '../testbed/gate-sources.ts';
import { useTenantCluster, WAIT } from './use-tenant-cluster.ts';

const ROLES = '/apis/cloister.dev/v1alpha1/agentroles';
const POLICY = '/apis/networking.k8s.io/v1/namespaces/cloister-t-acme/networkpolicies/cloister-gateway';
const SERVICES = `${NAMESPACES}/models/services`;
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/models/endpointslices';

const cluster = useTenantCluster();
const { calls, start, makeNamespace, makeTenant, statusOf, isProvided } = cluster;

/** The Services in the key of the ConfigMap; undefined where there is no key. */
async function told(): Promise<ServiceFacts | undefined> {
  const { object } = await calls().read(`${NAMESPACES}/cloister-t-acme/configmaps/cloister-gate`);
  const text = ((object['data'] ?? {}) as Record<string, string>)['services.json'];
  return text === undefined ? undefined : (JSON.parse(text) as ServiceFacts);
}

/** What the policy of the gateway opens on the port that the endpoints listen on. */
async function opened(port = 8443): Promise<readonly unknown[]> {
  const { egress } = (await calls().read(POLICY)).object['spec'] as {
    egress: readonly { readonly to?: unknown; readonly ports?: readonly { readonly port?: number }[] }[];
  };
  return egress.filter(({ ports }) => ports?.some((one) => one.port === port)).map(({ to }) => to);
}

async function said(): Promise<string> {
  const { conditions = [] } = await statusOf('acme');
  return conditions.find(({ type }) => type === 'ServicesFound')?.message ?? '';
}

/** Gives the role `read-only` these upstreams. */
async function callsServices(...names: readonly (readonly [namespace: string, name: string])[]) {
  const upstreams = names.map(([namespace, name]) => ({
    name: `${namespace}-${name}`,
    protocol: 'HTTP',
    baseURL: `https://${name}.example.com`,
    destination: { service: { namespace, name, port: 443 } },
    methods: ['GET'],
    paths: ['/*'],
  }));
  const { status, message } = await calls().merge(`${ROLES}/read-only`, { spec: { upstreams } });
  if (status !== 200) throw new Error(`${status} ${message}`);
}

const endpointsOf = (service: string, addresses: readonly string[]) => ({
  metadata: { name: `${service}-1`, labels: { 'kubernetes.io/service-name': service } },
  addressType: 'IPv4',
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  ports: [{ name: 'https', port: 8443, protocol: 'TCP' }],
});

const made = async (path: string, object: object): Promise<void> => {
  const { status, message } = await calls().create(path, object);
  if (status !== 201) throw new Error(`${path}: ${status} ${message}`);
};

const serviceOf = (name: string, selector?: object) => ({
  metadata: { name },
  spec: { ports: [{ name: 'https', port: 443, targetPort: 8443 }], ...(selector && { selector }) },
});

/** With the labels of the pods of `llama`. */
const SELECTED = [
  {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'models' } },
    podSelector: { matchLabels: { app: 'llama' } },
  },
];

test(
  'the gateway is told of Services that its roles name, and reaches no others',
  { timeout: 120_000 },
  async () => {
    expect(readSampleObject('role-read-only.yaml')).toMatchObject({ metadata: { name: 'read-only' } });
    await makeNamespace('models');
    await makeNamespace('acme-agents');
    const operator = await start();
    await makeTenant('acme', ['acme-agents']);
    await isProvided('acme');
    expect(await told()).toBeUndefined();
    expect(await opened()).toEqual([]);

    await callsServices(['models', 'llama']);
    await vi.waitFor(async () => expect(await said()).toContain('models/llama does not exist.'), WAIT);
    expect((await told())?.services).toEqual([]);
    expect((await statusOf('acme')).conditions?.at(-1)?.message).toContain('ServicesFound');

    await made(SERVICES, serviceOf('llama', { app: 'llama' }));
    await vi.waitFor(async () => expect(await said()).toContain('models/llama has no endpoint'), WAIT);
    await made(SLICES, endpointsOf('llama', ['10.244.1.7']));
    const fact = { namespace: 'models', name: 'llama', port: 443, targetPort: 8443 };
    const isTold = (...services: readonly object[]) =>
      vi.waitFor(async () => expect((await told())?.services).toEqual(services), WAIT);
    await isTold({ ...fact, addresses: ['10.244.1.7'] });
    await vi.waitFor(async () => expect(await opened()).toEqual([SELECTED]), WAIT);
    await vi.waitFor(async () => expect(await said()).toContain('1 of 1 found'), WAIT);
    expect((await told())?.denied).toContain(`${ENDPOINT}/32`);

    const { endpoints } = endpointsOf('llama', ['10.244.1.8', '10.244.2.9']);
    expect((await calls().merge(`${SLICES}/llama-1`, { endpoints })).status).toBe(200);
    await isTold({ ...fact, addresses: ['10.244.1.8', '10.244.2.9'] });
    expect(await opened()).toEqual([SELECTED]);

    // Somebody points it at the API server.
    const planted = endpointsOf('llama', ['10.244.1.8', ENDPOINT]);
    expect((await calls().merge(`${SLICES}/llama-1`, { endpoints: planted.endpoints })).status).toBe(200);
    await isTold();
    await vi.waitFor(async () => expect(await opened()).toEqual([]), WAIT);
    await vi.waitFor(async () => expect(await said()).toContain(`its endpoint ${ENDPOINT}.`), WAIT);

    expect((await calls().merge(`${SLICES}/llama-1`, { endpoints })).status).toBe(200);
    await isTold({ ...fact, addresses: ['10.244.1.8', '10.244.2.9'] });
    expect((await calls().remove(`${SERVICES}/llama`)).status).toBe(200);
    await isTold();
    await vi.waitFor(async () => expect(await opened()).toEqual([]), WAIT);

    await callsServices();
    await vi.waitFor(async () => expect(await told()).toBeUndefined(), WAIT);
    await isProvided('acme');
    expect(operator.errors).toEqual([]);
  },
);

test('a Service without a selector is opened by the addresses of its endpoints, and Cloister is refused', async () => {
  await start();
  await made(SERVICES, serviceOf('outside'));
  await made(SLICES, endpointsOf('outside', ['10.20.0.7']));
  await callsServices(
    ['cloister-t-acme', 'cloister-gateway'],
    ['default', 'kubernetes'],
    ['models', 'outside'],
  );
  await vi.waitFor(
    async () => expect(await opened()).toEqual([[{ ipBlock: { cidr: '10.20.0.7/32' } }]]),
    WAIT,
  );
  const { services } = (await told()) ?? { services: [] };
  expect(services.map(({ name }) => name)).toEqual(['outside']);
  await vi.waitFor(async () => {
    expect(await said()).toContain(
      'cloister-t-acme/cloister-gateway is refused: it is in a namespace of Cloister',
    );
    expect(await said()).toContain('default/kubernetes is refused: it is the API server');
  }, WAIT);
});
