import { parseIPBlock } from '../../lib/ip-block.ts';
import { matchLabels } from './match-labels.ts';
import type { Endpoint, PolicyPeer, PolicyPod, PolicyPort } from './network-policy.ts';

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

/** Whether one of the peers may be the endpoint. No peers: everything is. What cannot be read is everything. */
export function matchesPeers(peers: readonly PolicyPeer[], namespace: string, endpoint: Endpoint): boolean {
  return peers.length === 0 || peers.some((peer) => matchesPeer(peer, namespace, endpoint));
}

/**
 * Without a namespaceSelector a peer means pods of the namespace of the policy. An ipBlock matches pods by their address too:
 * whether it does is up to the network plugin, and here it counts.
 */
function matchesPeer(peer: PolicyPeer, namespace: string, { address, pod }: Endpoint): boolean {
  if (!isReadablePeer(peer)) return true;
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (ipBlock) return matchesIPBlock(ipBlock, address);
  if (pod === null) return false;
  const isNamespace = namespaceSelector
    ? matchLabels(namespaceSelector, pod.namespaceLabels) !== 'No'
    : pod.namespace === namespace;
  return isNamespace && matchLabels(podSelector ?? {}, pod.labels) !== 'No';
}

/** A peer is a block, or has a selector of pods, of namespaces or of both. */
export function isReadablePeer({ podSelector, namespaceSelector, ipBlock }: PolicyPeer): boolean {
  const hasSelector = Boolean(podSelector ?? namespaceSelector);
  return ipBlock ? !hasSelector : hasSelector;
}

function matchesIPBlock({ cidr, except }: NonNullable<PolicyPeer['ipBlock']>, address: string): boolean {
  const block = parseIPBlock(cidr ?? '');
  if (block === null) return true;
  return block.has(address) && !(except ?? []).some((text) => parseIPBlock(text)?.has(address));
}

/** Whether one of the ports may be the destination's. No ports: every one is. What cannot be read is every port. */
export function matchesPorts(ports: readonly PolicyPort[], destination: DestinationPort): boolean {
  return ports.length === 0 || ports.some((port) => matchesPort(port, destination));
}

function matchesPort(wanted: PolicyPort, destination: DestinationPort): boolean {
  if (!isReadablePort(wanted)) return true;
  const { protocol = 'TCP', port, endPort } = wanted;
  if (protocol !== destination.protocol) return false;
  if (port === undefined || port === null) return true;
  if (typeof port === 'string') return isNamed(port, destination);
  return destination.port >= port && destination.port <= (endPort ?? port);
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
