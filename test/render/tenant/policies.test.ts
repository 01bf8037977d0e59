import { expect, test } from 'vitest';
import { allowGateway } from '../../../src/render/tenant/allow-gateway.ts';
import { defaultDeny } from '../../../src/render/tenant/default-deny.ts';
import { parseIPBlock } from '../../../src/lib/ip-block.ts';
import { outsideEgress } from '../../../src/render/tenant/outside-egress.ts';
import { gatewayNetworkPolicy, outsidePortsOf } from '../../../src/render/tenant/gateway-network-policy.ts';
import { vaultPortsOf } from '../../../src/render/tenant/gateway-vault.ts';
import { GATEWAY_DEFAULTS, gatewayStatefulSet } from '../../../src/render/tenant/gateway-stateful-set.ts';

const GATEWAY_PODS = {
  'app.kubernetes.io/name': 'cloister-gateway',
  'app.kubernetes.io/component': 'gateway',
};
const NOT_CONTAINED = { matchExpressions: [{ key: 'cloister.dev/contained', operator: 'DoesNotExist' }] };
const tcp = (port: number) => ({ protocol: 'TCP', port });

test('the default closes every pod in both directions', () => {
  expect(defaultDeny('acme-agents')).toMatchObject({
    metadata: {
      name: 'cloister-default-deny',
      namespace: 'acme-agents',
      labels: { 'app.kubernetes.io/managed-by': 'cloister' },
    },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
});

test('a pod that no quarantine holds reaches the gateway of its tenant, and no DNS', () => {
  const policy = allowGateway('acme', 'acme-agents');
  expect(policy.metadata).toMatchObject({ name: 'cloister-allow-gateway', namespace: 'acme-agents' });
  expect(policy['spec']).toEqual({
    podSelector: NOT_CONTAINED,
    policyTypes: ['Egress'],
    egress: [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cloister-t-acme' } },
            podSelector: { matchLabels: GATEWAY_PODS },
          },
        ],
        ports: [tcp(3128), tcp(8443), tcp(8444)],
      },
    ],
  });
});

const REACH = {
  apiServerPorts: [443, 6443],
  outsidePorts: [22, 443],
  deniedAddresses: [],
  vaultPorts: [],
  services: [],
  database: null,
};

test('the gateway is reached from the pods of its tenant alone, but for probes and metrics', () => {
  const policy = gatewayNetworkPolicy('acme', REACH);
  expect(policy.metadata).toMatchObject({ name: 'cloister-gateway', namespace: 'cloister-t-acme' });
  expect(policy['spec']).toEqual({
    podSelector: { matchLabels: GATEWAY_PODS },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'cloister.dev/tenant': 'acme' } },
            podSelector: NOT_CONTAINED,
          },
        ],
        ports: [tcp(3128), tcp(8443), tcp(8444)],
      },
      { ports: [tcp(8081), tcp(9090)] },
    ],
    egress: [
      { ports: [tcp(443), tcp(6443)] },
      { ports: [{ protocol: 'UDP', port: 53 }, tcp(53)] },
      outsideEgress([22, 443], []),
    ],
  });
});

const egressTo = (selector: Record<string, string> | null, addresses: readonly string[]): unknown => {
  const service = { namespace: 'models', selector, targetPort: 8443, addresses };
  const { egress } = gatewayNetworkPolicy('acme', { ...REACH, services: [service] })['spec'] as {
    egress: unknown[];
  };
  return egress[2];
};

test('the gateway reaches the pods of a Service on the port that they listen on', () => {
  expect(egressTo({ app: 'llama' }, ['10.244.1.7'])).toEqual({
    to: [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'models' } },
        podSelector: { matchLabels: { app: 'llama' } },
      },
    ],
    ports: [tcp(8443)],
  });
});

test('the gateway reaches a Service without a selector by the addresses of its endpoints', () => {
  expect(egressTo(null, ['10.20.0.7', 'fd12::7'])).toEqual({
    to: [{ ipBlock: { cidr: '10.20.0.7/32' } }, { ipBlock: { cidr: 'fd12::7/128' } }],
    ports: [tcp(8443)],
  });
});

test.for([
  ['https://vault.vault.svc:8200', [8200]],
  ['https://vault.example', [443, 8200]],
  ['https://10.0.0.7:9443', [8200, 9443]],
] as const)('the gateway reaches Vault at %s by its ports', ([address, ports]) => {
  const vaultPorts = vaultPortsOf({ address, authority: null });
  expect(vaultPorts).toEqual(ports);
  const { egress } = gatewayNetworkPolicy('acme', { ...REACH, vaultPorts })['spec'] as { egress: object[] };
  expect(egress).toContainEqual({ ports: ports.map(tcp) });
});

interface Peer {
  readonly ipBlock: { readonly cidr: string; readonly except: readonly string[] };
}
const peersOf = (denied: readonly string[]): readonly Peer[] =>
  (outsideEgress([443], denied) as { to: readonly Peer[] }).to;

test.for([
  ['10.96.0.1', false],
  ['100.64.0.1', false],
  ['127.0.0.1', false],
  ['168.63.129.16', false],
  ['169.254.169.254', false],
  ['172.31.0.1', false],
  ['192.168.1.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['fd00::1', false],
  ['fe80::1', false],
  ['64:ff9b::a00:1', false],
  ['2002:a00:1::', false],
  ['140.82.121.4', true],
  ['172.32.0.1', true],
  ['2606:50c0:8000::153', true],
] as const)('the gateway reaches %s outside: %s', ([address, isReached]) => {
  const reaches = peersOf([]).some(
    ({ ipBlock: { cidr, except } }) =>
      parseIPBlock(cidr)?.has(address) === true && !except.some((block) => parseIPBlock(block)?.has(address)),
  );
  expect(reaches).toBe(isReached);
});

test('blocks that nobody may reach are left out of the block that they are in', () => {
  const [four, six] = peersOf(['198.51.100.0/24', '2a00::/16', 'fd00::/8']);
  expect(four?.ipBlock.except.at(-1)).toBe('198.51.100.0/24');
  expect(six?.ipBlock).toEqual({ cidr: '2000::/3', except: ['2002::/16', '2a00::/16'] });
  expect(peersOf(['0.0.0.0/0']).map(({ ipBlock }) => ipBlock.cidr)).toEqual(['2000::/3']);
  expect(peersOf(['::/0']).map(({ ipBlock }) => ipBlock.cidr)).toEqual(['0.0.0.0/0']);
});

test('the ports outside are that of HTTPS and those of the hosts of all roles', () => {
  const role = (...ports: readonly number[]) => ({ network: { allow: [{ ports }] } });
  expect(outsidePortsOf([])).toEqual([443]);
  expect(outsidePortsOf([role(8443, 22), role(443), { network: { allow: [] } }])).toEqual([22, 443, 8443]);
});

test('the labels that the policies select are those of the pods of the gateway', () => {
  const settings = { ...GATEWAY_DEFAULTS, image: 'gateway' };
  const { spec } = gatewayStatefulSet({ tenant: 'acme', replicas: 2 }, settings) as unknown as {
    spec: { template: { metadata: { labels: object } } };
  };
  expect(spec.template.metadata.labels).toMatchObject(GATEWAY_PODS);
});

test('the gateway reaches the database of its tenant at its addresses and on its port alone', () => {
  const database = { addresses: ['10.1.2.3', 'fd12::3'], port: 5432, service: null };
  const { egress } = gatewayNetworkPolicy('acme', { ...REACH, database })['spec'] as { egress: object[] };
  expect(egress.slice(2, -1)).toEqual([
    { to: [{ ipBlock: { cidr: '10.1.2.3/32' } }, { ipBlock: { cidr: 'fd12::3/128' } }], ports: [tcp(5432)] },
  ]);
});

test('a database behind a Service is opened at the address of the Service and at its endpoints', () => {
  const service = {
    namespace: 'data',
    selector: { app: 'crm' },
    targetPort: 6432,
    addresses: ['10.244.1.9'],
  };
  const database = { addresses: ['10.96.7.7'], port: 5432, service };
  const { egress } = gatewayNetworkPolicy('acme', { ...REACH, database })['spec'] as { egress: object[] };
  expect(egress.slice(2, -1)).toEqual([
    { to: [{ ipBlock: { cidr: '10.96.7.7/32' } }], ports: [tcp(5432)] },
    {
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'data' } },
          podSelector: { matchLabels: { app: 'crm' } },
        },
      ],
      ports: [tcp(6432)],
    },
  ]);
});
