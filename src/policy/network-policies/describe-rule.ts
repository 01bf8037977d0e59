import { parseIPBlock } from '../../lib/ip-block.ts';
import { show } from '../../lib/show.ts';
import { singleLine } from '../../lib/single-line.ts';
import { isReadableRequirement } from './match-labels.ts';
import { isReadablePort, type Rule } from './match-rule.ts';
import type { LabelRequirement, LabelSelector, PolicyPeer, PolicyPort } from './network-policy.ts';

const MAX_LISTED = 3;
const MAX_SELECTOR_CHARACTERS = 200;

/** Says in a few words what a rule opens, as `pods with app=db in namespaces with team=data, on TCP 5432`. */
export function describeRule({ peers, ports }: Rule, namespace: string): string {
  const where =
    peers.length === 0 ? 'every destination' : list(peers.map((peer) => describePeer(peer, namespace)));
  const on = ports.length === 0 ? 'every port' : list(ports.map(describePort));
  return singleLine(`${where}, on ${on}`);
}

function describePeer(peer: PolicyPeer, namespace: string): string {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (ipBlock && !podSelector && !namespaceSelector) return describeIPBlock(ipBlock);
  if (ipBlock || (!podSelector && !namespaceSelector)) {
    return `every destination (the peer ${show(peer)} cannot be read)`;
  }
  return `${describeSelector('pod', podSelector)} ${describeNamespaces(namespaceSelector, namespace)}`;
}

function describeIPBlock({ cidr, except }: NonNullable<PolicyPeer['ipBlock']>): string {
  if (parseIPBlock(cidr ?? '') === null) return `every address (the cidr ${show(cidr)} cannot be read)`;
  if (!except?.length) return `the addresses ${cidr}`;
  return `the addresses ${cidr} except ${list(except.map((text) => cut(text)))}`;
}

function describeNamespaces(selector: LabelSelector | undefined, namespace: string): string {
  if (!selector) return `in namespace "${namespace}"`;
  return `in ${describeSelector('namespace', selector)}`;
}

/** A selector as `kubectl` takes it. */
function describeSelector(what: 'pod' | 'namespace', selector: LabelSelector | undefined): string {
  const terms = [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector?.matchExpressions ?? []).map(describeRequirement),
  ];
  return terms.length === 0 ? `every ${what}` : `${what}s with ${cut(terms.join(','))}`;
}

function describeRequirement(requirement: LabelRequirement): string {
  if (!isReadableRequirement(requirement)) return `${show(requirement)} (cannot be read, so may be met)`;
  const { key = '', operator, values } = requirement;
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${(values ?? []).join(',')})`;
}

function describePort(wanted: PolicyPort): string {
  if (!isReadablePort(wanted)) return `every port (the port ${show(wanted)} cannot be read)`;
  const { protocol = 'TCP', port, endPort } = wanted;
  if (port === undefined || port === null) return `every port of ${protocol}`;
  if (typeof port === 'string') return `${protocol} "${port}"`;
  return endPort && endPort !== port ? `${protocol} ${port} to ${endPort}` : `${protocol} ${port}`;
}

/** The first of a list that may be long. */
export function list(texts: readonly string[], separator = ', '): string {
  const more = texts.length > MAX_LISTED ? ` and ${texts.length - MAX_LISTED} more` : '';
  return `${texts.slice(0, MAX_LISTED).join(separator)}${more}`;
}

function cut(text: string): string {
  return text.length > MAX_SELECTOR_CHARACTERS ? `${text.slice(0, MAX_SELECTOR_CHARACTERS)}…` : text;
}
