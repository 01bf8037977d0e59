import { parseIPBlock } from '../../lib/ip-block.ts';
import { listFirst } from '../../lib/list-first.ts';
import { show } from '../../lib/show.ts';
import { singleLine } from '../../lib/single-line.ts';
import { isReadableRequirement } from './match-labels.ts';
import { isReadablePeer, isReadablePort, type Rule } from './match-rule.ts';
import type { LabelRequirement, LabelSelector, PolicyPeer, PolicyPort } from './network-policy.ts';

const MAX_LISTED = 3;
const MAX_TEXT_CHARACTERS = 200;

/** Says in a few words what a rule opens, as `pods with app=db in namespaces with team=data, on TCP 5432`. */
export function describeRule({ peers, ports }: Rule, namespace: string): string {
  const where =
    peers.length === 0 ? 'every destination' : list(peers, (peer) => describePeer(peer, namespace));
  const on = ports.length === 0 ? 'every port' : list(ports, describePort);
  return singleLine(`${where}, on ${on}`);
}

function describePeer(peer: PolicyPeer, namespace: string): string {
  if (!isReadablePeer(peer)) return `every destination (the peer ${show(peer)} cannot be read)`;
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (ipBlock) return describeIPBlock(ipBlock);
  return `${describeSelector('pod', podSelector)} ${describeNamespaces(namespaceSelector, namespace)}`;
}

function describeIPBlock({ cidr, except }: NonNullable<PolicyPeer['ipBlock']>): string {
  if (parseIPBlock(cidr ?? '') === null) return `every address (the cidr ${show(cidr)} cannot be read)`;
  if (!except?.length) return `the addresses ${cidr}`;
  return `the addresses ${cidr} except ${list(except, describeException)}`;
}

function describeException(text: string): string {
  return parseIPBlock(text) === null ? `${show(text)}, which cannot be read` : text;
}

function describeNamespaces(selector: LabelSelector | undefined, namespace: string): string {
  if (!selector) return `in namespace "${namespace}"`;
  return `in ${describeSelector('namespace', selector)}`;
}

/** A selector, nearly as `kubectl` takes it. */
function describeSelector(what: 'pod' | 'namespace', selector: LabelSelector | undefined): string {
  const requirements = [
    ...Object.entries(selector?.matchLabels ?? {}),
    ...(selector?.matchExpressions ?? []),
  ];
  return requirements.length === 0
    ? `every ${what}`
    : `${what}s with ${list(requirements, describeRequirement, ',')}`;
}

function describeRequirement(requirement: LabelRequirement | [key: string, value: string]): string {
  if (Array.isArray(requirement)) return cut(requirement.join('='));
  if (!isReadableRequirement(requirement)) return `${show(requirement)} (cannot be read, so may be met)`;
  const { key = '', operator, values } = requirement;
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${list(values ?? [], cut, ',')})`;
}

function describePort(wanted: PolicyPort): string {
  if (!isReadablePort(wanted)) return `every port (the port ${show(wanted)} cannot be read)`;
  const { protocol = 'TCP', port, endPort } = wanted;
  if (port === undefined || port === null) return `every port of ${protocol}`;
  if (typeof port === 'string') return `${protocol} "${port}"`;
  return endPort && endPort !== port ? `${protocol} ${port} to ${endPort}` : `${protocol} ${port}`;
}

/** Describes the first of a list that may be long, and counts the rest. */
export function list<Item>(
  items: readonly Item[],
  describe: (item: Item) => string,
  separator?: string,
): string {
  return listFirst(items, MAX_LISTED, describe, separator);
}

function cut(text: string): string {
  return text.length > MAX_TEXT_CHARACTERS ? `${text.slice(0, MAX_TEXT_CHARACTERS)}…` : text;
}
