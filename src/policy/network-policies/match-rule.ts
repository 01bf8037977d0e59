import { parseIPBlock } from '../../lib/ip-block.ts';
import { matchLabels } from './match-labels.ts';
import type { Endpoint, Match, PolicyPeer, PolicyPod, PolicyPort } from './network-policy.ts';

/** What a rule of either direction says. */
export interface Rule {
  /** `from` or `to`. */
  readonly peers: readonly PolicyPeer[];
  readonly ports: readonly PolicyPort[];
}

/** The port that a connection goes to. */
export interface DestinationPort {
  readonly port: number;
  readonly protocol: string;
  /** The pod whose containers name it; null outside the cluster. */
  readonly pod: PolicyPod | null;
}

/** Whether one of the peers matches. No peers: every one does. */
export function matchPeers(peers: readonly PolicyPeer[], namespace: string, endpoint: Endpoint): Match {
  if (peers.length === 0) return 'Yes';
  return anyOf(peers.map((peer) => matchPeer(peer, namespace, endpoint)));
}

/**
 * Whether a peer matches. Without a namespaceSelector it means pods of the namespace of the policy. An ipBlock matches pods
 * by their address too: whether it does is up to the network plugin, and here it counts.
 */
function matchPeer(peer: PolicyPeer, namespace: string, { address, pod }: Endpoint): Match {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (ipBlock) return podSelector || namespaceSelector ? 'Unknown' : matchIPBlock(ipBlock, address);
  if (!podSelector && !namespaceSelector) return 'Unknown';
  if (pod === null) return 'No';
  return allOf([
    namespaceSelector
      ? matchLabels(namespaceSelector, pod.namespaceLabels)
      : pod.namespace === namespace
        ? 'Yes'
        : 'No',
    matchLabels(podSelector ?? {}, pod.labels),
  ]);
}

function matchIPBlock({ cidr, except }: NonNullable<PolicyPeer['ipBlock']>, address: string): Match {
  const block = parseIPBlock(cidr ?? '');
  if (block === null) return 'Unknown';
  if (!block.has(address)) return 'No';
  const exceptions = (except ?? []).map(parseIPBlock);
  if (exceptions.some((exception) => exception?.has(address))) return 'No';
  return exceptions.includes(null) ? 'Unknown' : 'Yes';
}

/** Whether one of the ports matches. No ports: every one does. */
export function matchPorts(ports: readonly PolicyPort[], destination: DestinationPort): Match {
  if (ports.length === 0) return 'Yes';
  return anyOf(ports.map((port) => matchPort(port, destination)));
}

function matchPort(wanted: PolicyPort, destination: DestinationPort): Match {
  if (!isReadablePort(wanted)) return 'Unknown';
  const { protocol = 'TCP', port, endPort } = wanted;
  if (protocol !== destination.protocol) return 'No';
  if (port === undefined || port === null) return 'Yes';
  if (typeof port === 'string') return isNamed(port, destination) ? 'Yes' : 'No';
  return destination.port >= port && destination.port <= (endPort ?? port) ? 'Yes' : 'No';
}

function isNamed(name: string, { port, protocol, pod }: DestinationPort): boolean {
  return (pod?.ports ?? []).some(
    (named) => named.name === name && named.containerPort === port && (named.protocol ?? 'TCP') === protocol,
  );
}

/** An end is only for a range of numbers, and not below its begin. */
export function isReadablePort({ protocol, port, endPort }: PolicyPort): boolean {
  if (!['TCP', 'UDP', 'SCTP'].includes(protocol ?? 'TCP')) return false;
  if (endPort === undefined || endPort === null) return port !== '';
  return typeof port === 'number' && endPort >= port;
}

export function allOf(matches: readonly Match[]): Match {
  if (matches.includes('No')) return 'No';
  return matches.includes('Unknown') ? 'Unknown' : 'Yes';
}

function anyOf(matches: readonly Match[]): Match {
  if (matches.includes('Yes')) return 'Yes';
  return matches.includes('Unknown') ? 'Unknown' : 'No';
}
