import { GATEWAY, MANAGED_BY } from '../../src/api/names.ts';
import type {
  NetworkPolicy,
  NetworkPolicySpec,
  PolicyPod,
} from '../../src/policy/network-policies/network-policy.ts';

/** A policy of somebody else in the namespace of the pod that `buildPolicyPod` gives. */
export const buildNetworkPolicy = (
  spec: NetworkPolicySpec,
  metadata: NetworkPolicy['metadata'] = {},
): NetworkPolicy => ({
  metadata: { namespace: 'acme-agents', name: 'older', ...metadata },
  spec,
});

/** A pod of a sandbox. */
export const buildPolicyPod = (changes: Partial<PolicyPod> = {}): PolicyPod => {
  const namespace = changes.namespace ?? 'acme-agents';
  return {
    namespace,
    labels: { app: 'agent' },
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace },
    ports: [],
    hostNetwork: false,
    ...changes,
  };
};

const MANAGED = { [MANAGED_BY.label]: MANAGED_BY.value };

/** What closes an enrolled namespace in both directions. */
export const defaultDeny = buildNetworkPolicy(
  { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  { name: 'cloister-default-deny', labels: MANAGED },
);

export const GATEWAY_LABELS = { 'app.kubernetes.io/name': 'cloister-gateway' } as const;

/** What lets pods reach the gateway of tenant acme, changed by `changes`. */
export const buildAllowGateway = (
  changes: NetworkPolicySpec = {},
  metadata: NetworkPolicy['metadata'] = {},
): NetworkPolicy =>
  buildNetworkPolicy(
    {
      podSelector: { matchExpressions: [{ key: 'cloister.dev/contained', operator: 'DoesNotExist' }] },
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cloister-t-acme' } },
              podSelector: { matchLabels: GATEWAY_LABELS },
            },
          ],
          ports: [GATEWAY.proxyPort, GATEWAY.apiPort, GATEWAY.canaryPort].map((port) => ({
            port,
            protocol: 'TCP',
          })),
        },
      ],
      ...changes,
    },
    { name: 'cloister-allow-gateway', labels: MANAGED, ...metadata },
  );
