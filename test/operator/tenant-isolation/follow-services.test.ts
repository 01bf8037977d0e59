import { expect, test, vi } from 'vitest';
import type { Change } from '../../../src/kube/fold.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { sliceFacts } from '../../../src/operator/cluster-services.ts';
import type { OperatorCaches } from '../../../src/operator/operator-caches.ts';
import { followServices } from '../../../src/operator/tenant-isolation/follow-services.ts';
import { tenant } from '../use-memory-operator.ts';

const NAMED = { destination: { service: { namespace: 'models', name: 'llama', port: 443 } } };
const roleOf = (upstreams: readonly object[]) => ({ spec: { upstreams } });

/** The tenants that a change has reconciled: `acme` names `models/llama`, and `other` names nothing. */
function reconciledBy(kind: 'clusterServices' | 'endpointSlices' | 'nodes', change: Change<KubeObject>) {
  const add = vi.fn<(tenant: string) => void>();
  const told: Record<string, (change: Change<KubeObject>) => void> = {};
  const cache = (name: string, more: object = {}) => ({
    ...more,
    subscribe: (listener: (change: Change<KubeObject>) => void) => void (told[name] = listener),
  });
  const roles = new Map([
    ['calls', roleOf([NAMED])],
    ['calls-nothing', roleOf([{}])],
  ]);
  const tenants = ['acme', 'other'].map((name) =>
    tenant(name, [], ({ spec }) => {
      spec.roles.allowed = [name === 'acme' ? 'calls' : 'calls-nothing', 'not-there'];
    }),
  );
  const caches = {
    tenants: cache('tenants', { list: () => tenants }),
    roles: cache('roles', { get: (_: unknown, name: string) => roles.get(name) }),
    clusterServices: cache('clusterServices'),
    endpointSlices: cache('endpointSlices'),
    nodes: cache('nodes'),
  } as unknown as OperatorCaches;
  followServices(caches, { add }, 'vault.vault.svc');
  told[kind]?.(change);
  // The queue holds each once.
  return [...new Set(add.mock.calls.map(([name]) => name))];
}

const service = (namespace: string, name: string, port = 443) =>
  ({ metadata: { namespace, name }, spec: { ports: [{ port }] } }) as KubeObject;
const slice = (namespace: string, of: string, address = '10.244.1.7', annotations = {}) =>
  sliceFacts({
    metadata: { namespace, name: `${of}-x`, labels: { 'kubernetes.io/service-name': of }, annotations },
    endpoints: [{ addresses: [address] }],
    ports: [{ port: 443 }],
  }) as KubeObject;
const named = (namespace: string, name: string) =>
  sliceFacts({ metadata: { namespace, name }, endpoints: [{ addresses: ['192.168.1.2'] }], ports: [] });
const node = (address: string, taint = 'a', podCIDR = '10.42.0.0/24') =>
  ({
    metadata: { name: 'n' },
    spec: { taints: [{ key: taint }], podCIDRs: [podCIDR] },
    status: { addresses: [{ address }] },
  }) as KubeObject;
const added = (object: KubeObject): Change<KubeObject> => ({ type: 'Added', object });
const changed = (previous: KubeObject, object: KubeObject): Change<KubeObject> => ({
  type: 'Modified',
  previous,
  object,
});

test.for([
  ['its Service comes', 'clusterServices', added(service('models', 'llama')), ['acme']],
  ['its Service goes', 'clusterServices', { type: 'Deleted', object: service('models', 'llama') }, ['acme']],
  ['another Service comes', 'clusterServices', added(service('models', 'other')), []],
  [
    'its Service has another port',
    'clusterServices',
    changed(service('models', 'llama'), service('models', 'llama', 80)),
    ['acme'],
  ],
  [
    'its Service is as it was',
    'clusterServices',
    changed(service('models', 'llama'), service('models', 'llama')),
    [],
  ],
  ['an endpoint comes', 'endpointSlices', added(slice('models', 'llama')), ['acme']],
  [
    'an endpoint moves',
    'endpointSlices',
    changed(slice('models', 'llama'), slice('models', 'llama', '10.244.1.8')),
    ['acme'],
  ],
  [
    'a slice changes beside its endpoints',
    'endpointSlices',
    changed(slice('models', 'llama'), slice('models', 'llama', '10.244.1.7', { note: 'new' })),
    [],
  ],
  [
    'a slice is given to another Service',
    'endpointSlices',
    changed(slice('models', 'llama'), slice('models', 'other')),
    ['acme'],
  ],
  ['an endpoint of another Service comes', 'endpointSlices', added(slice('models', 'other')), []],
  ['Vault moves', 'endpointSlices', added(slice('vault', 'vault')), ['acme']],
  ['the API server moves', 'endpointSlices', added(slice('default', 'kubernetes')), ['acme']],
  ['the API server moves, by its name', 'endpointSlices', added(named('default', 'kubernetes')), ['acme']],
  ['a gateway moves', 'endpointSlices', added(slice('cloister-t-other', 'cloister-gateway')), ['acme']],
  ['the webhook comes', 'clusterServices', added(service('cloister-system', 'cloister-webhook')), ['acme']],
  ['a node comes', 'nodes', added(node('192.168.1.7')), ['acme']],
  [
    'a node gets its block of pods',
    'nodes',
    changed(node('192.168.1.7'), node('192.168.1.7', 'a', '10.42.1.0/24')),
    ['acme'],
  ],
  ['a node has another taint', 'nodes', changed(node('192.168.1.7'), node('192.168.1.7', 'b')), []],
] as const)('where %s, the tenants that it concerns are reconciled', ([, kind, change, tenants]) => {
  expect(reconciledBy(kind, change)).toEqual(tenants);
});
