import { GATEWAY, LABEL, NETWORK_POLICY, systemNamespaceOf } from '../../api/names.ts';
import { isManaged } from '../../api/ownership.ts';
import type { Rule } from './match-rule.ts';
import type { LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort } from './network-policy.ts';

/** The gateway that a pod may reach. */
export interface GatewayPods {
  readonly tenant: string;
  /** Labels of its pods, which a rule for it must ask for. */
  readonly podLabels: Readonly<Record<string, string>>;
}

const PORTS: ReadonlySet<unknown> = new Set([GATEWAY.proxyPort, GATEWAY.apiPort, GATEWAY.canaryPort]);
/** The API server puts the first on every namespace; the guard keeps the second to the operator. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/**
 * Whether a rule opens nothing but the gateway's ports of the gateway's pods, and is the operator's. The same rule in
 * another policy is not: nobody keeps it.
 */
export function isGatewayRule(policy: NetworkPolicy, rule: Rule, gateway: GatewayPods): boolean {
  return (
    policy.metadata.name === NETWORK_POLICY.allowGateway &&
    isManaged(policy) &&
    rule.peers.length > 0 &&
    rule.peers.every((peer) => isGatewayPeer(peer, gateway)) &&
    rule.ports.length > 0 &&
    rule.ports.every(isGatewayPort)
  );
}

/** Further requirements only narrow a selector, so they are not looked at. */
function isGatewayPeer(
  { podSelector, namespaceSelector, ipBlock }: PolicyPeer,
  gateway: GatewayPods,
): boolean {
  const { tenant, podLabels } = gateway;
  const isSystemNamespace =
    asksFor(namespaceSelector, NAMESPACE_NAME, systemNamespaceOf(tenant)) ||
    asksFor(namespaceSelector, LABEL.system, tenant);
  return (
    !ipBlock &&
    isSystemNamespace &&
    Object.entries(podLabels).every(([key, value]) => asksFor(podSelector, key, value))
  );
}

function asksFor(selector: LabelSelector | undefined, key: string, value: string): boolean {
  return selector?.matchLabels?.[key] === value;
}

function isGatewayPort({ protocol, port, endPort }: PolicyPort): boolean {
  return (protocol ?? 'TCP') === 'TCP' && PORTS.has(port) && (endPort ?? port) === port;
}
