import { expect, test } from 'vitest';
import { allowGateway } from '../../../src/render/tenant/allow-gateway.ts';
import { defaultDeny } from '../../../src/render/tenant/default-deny.ts';
import { gatewayNetworkPolicy } from '../../../src/render/tenant/gateway-network-policy.ts';
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

test('the gateway is reached from the pods of its tenant alone, but for probes and metrics', () => {
  const policy = gatewayNetworkPolicy('acme', [443, 6443]);
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
    egress: [{ ports: [tcp(443), tcp(6443)] }, { ports: [{ protocol: 'UDP', port: 53 }, tcp(53)] }],
  });
});

test('the labels that the policies select are those of the pods of the gateway', () => {
  const settings = { ...GATEWAY_DEFAULTS, image: 'gateway' };
  const { spec } = gatewayStatefulSet({ tenant: 'acme', replicas: 2 }, settings) as unknown as {
    spec: { template: { metadata: { labels: object } } };
  };
  expect(spec.template.metadata.labels).toMatchObject(GATEWAY_PODS);
});
