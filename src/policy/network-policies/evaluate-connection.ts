import { matchesPeers, matchesPorts, type Rule } from './match-rule.ts';
import type { Connection, Direction, Endpoint, NetworkPolicy, NetworkPolicySpec } from './network-policy.ts';
import { selectPolicies } from './select-policies.ts';

/** What the policies say of a connection. Both must allow it. */
export interface ConnectionDecision {
  /** Whether the policies of the source let it out. */
  readonly egress: boolean;
  /** Whether the policies of the destination let it in. */
  readonly ingress: boolean;
}

/**
 * Decides a connection by the NetworkPolicies of both namespaces. What of a policy cannot be read counts as open. The
 * traffic that no policy can close is not known here: that of a pod with itself, and with its node.
 */
export function evaluateConnection(
  policies: Iterable<NetworkPolicy>,
  connection: Connection,
): ConnectionDecision {
  const all = [...policies];
  return {
    egress: isOpen(all, connection, 'Egress'),
    ingress: isOpen(all, connection, 'Ingress'),
  };
}

/** Whether the policies of both namespaces allow a connection. */
export function allows(policies: Iterable<NetworkPolicy>, connection: Connection): boolean {
  const { egress, ingress } = evaluateConnection(policies, connection);
  return egress && ingress;
}

function isOpen(policies: readonly NetworkPolicy[], connection: Connection, direction: Direction): boolean {
  const { source, destination } = connection;
  const [subject, peer] = direction === 'Egress' ? [source, destination] : [destination, source];
  // Nothing of the cluster holds an outside address, or what is on the network of the node.
  if (subject.pod === null || subject.pod.hostNetwork) return true;
  const selection = selectPolicies(policies, subject.pod, direction);
  if (!selection.isIsolated) return true;
  return selection.policies.some(({ policy }) =>
    rulesOf(policy.spec, direction).some((rule) =>
      isAllowed(rule, { namespace: policy.metadata.namespace ?? '', peer, connection }),
    ),
  );
}

interface Question {
  /** Of the policy. */
  readonly namespace: string;
  readonly peer: Endpoint;
  readonly connection: Connection;
}

function isAllowed({ peers, ports }: Rule, { namespace, peer, connection }: Question): boolean {
  const { destination, port, protocol } = connection;
  return (
    matchesPeers(peers, namespace, peer) && matchesPorts(ports, { port, protocol, pod: destination.pod })
  );
}

/** The rules of one direction, in their order. */
export function rulesOf(spec: NetworkPolicySpec | undefined, direction: Direction): readonly Rule[] {
  if (direction === 'Egress') {
    return (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to ?? [], ports: ports ?? [] }));
  }
  return (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from ?? [], ports: ports ?? [] }));
}
