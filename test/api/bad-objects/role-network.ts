import type { BadObject } from './bad-object.ts';
import { refused } from './refused.ts';
import { role } from './role-objects.ts';

const schema = refused('Schema', role);

const domain = (name: string, host: string): BadObject =>
  schema(
    name,
    { '/spec/tools/1/domains/0/allow': [host] },
    'spec.tools[1].domains[0].allow[0]',
    /should match/,
  );

const ingress = (from: unknown) => ({ '/spec/network/ingress': [{ port: 8080, from }] });

const hosts: readonly BadObject[] = [
  domain('* as a whole domain', '*'),
  domain('a wildcard for a whole top-level domain', '*.com'),
  domain('a wildcard that is not leftmost', 'api.*.com'),
  domain('a wildcard within a label', 'api*.example.com'),
  domain('an IPv4 address as a domain', '169.254.169.254'),
  domain('an IPv4 address in hexadecimal as a domain', '0x7f.0.0.0x1'),
  domain('an IPv4 address as one number as a domain', '2130706433'),
  domain('an IPv6 address as a domain', '::1'),
  domain('an IPv6 address in brackets as a domain', '[fd00::1]'),
  domain('a host in upper case', 'API.example.com'),
  domain('a host with a closing dot', 'example.com.'),
  domain('a host with a port', 'example.com:443'),
  domain('localhost as a domain', 'localhost'),
  schema(
    'a denied domain that is an address',
    { '/spec/tools/1/domains/0/deny': ['169.254.0.0/16'] },
    'spec.tools[1].domains[0].deny[0]',
    /should match/,
  ),
  schema(
    'a domain rule without deny',
    { '/spec/tools/1/domains/0/deny': undefined },
    'spec.tools[1].domains[0].deny',
    /Required/,
  ),
  schema(
    'an address in network.allow',
    { '/spec/network/allow': [{ host: '10.0.0.1' }] },
    'spec.network.allow[0].host',
    /should match/,
  ),
  schema(
    'one host twice in network.allow',
    { '/spec/network/allow': [{ host: 'github.com' }, { host: 'github.com' }] },
    'spec.network.allow[1]',
    /Duplicate/,
  ),
  schema(
    'a port above 65535',
    { '/spec/network/allow': [{ host: 'github.com', ports: [70_000] }] },
    'spec.network.allow[0].ports[0]',
    /less than or equal to 65535/,
  ),
  schema(
    'port 0',
    { '/spec/network/allow': [{ host: 'github.com', ports: [0] }] },
    'spec.network.allow[0].ports[0]',
    /greater than or equal to 1/,
  ),
  schema(
    'a host without a port',
    { '/spec/network/allow': [{ host: 'github.com', ports: [] }] },
    'spec.network.allow[0].ports',
    /at least 1 items/,
  ),
];

const callers: readonly BadObject[] = [
  schema(
    'an ingress rule that lets everybody in',
    ingress([]),
    'spec.network.ingress[0].from',
    /at least 1 items/,
  ),
  schema(
    'a caller without a selector',
    ingress([{}]),
    'spec.network.ingress[0].from[0]',
    /must have namespaceSelector, podSelector or both/,
  ),
  schema(
    'an ingress rule whose second caller has no selector',
    ingress([{ podSelector: { matchLabels: { app: 'front' } } }, {}]),
    'spec.network.ingress[0].from[1]',
    /must have namespaceSelector, podSelector or both/,
  ),
  schema(
    'a namespace selector that selects everything',
    ingress([{ namespaceSelector: { matchLabels: {} } }]),
    'spec.network.ingress[0].from[0].namespaceSelector.matchLabels',
    /at least 1 properties/,
  ),
  schema(
    'a selector of 17 labels',
    ingress([
      { podSelector: { matchLabels: Object.fromEntries([...Array(17).keys()].map((n) => [`l${n}`, 'x'])) } },
    ]),
    'spec.network.ingress[0].from[0].podSelector.matchLabels',
    /at most 16 properties|Too many/,
  ),
  schema(
    'two ingress rules for one port',
    { '/spec/network/ingress/1': { port: 8080, from: [{ podSelector: { matchLabels: { app: 'b' } } }] } },
    'spec.network.ingress[1]',
    /Duplicate/,
  ),
  schema(
    'a selector that selects everything',
    ingress([{ podSelector: { matchLabels: {} } }]),
    'spec.network.ingress[0].from[0].podSelector.matchLabels',
    /at least 1 properties/,
  ),
];

/** Roles with a host or a caller that cannot be. */
export const badRoleNetworks: readonly BadObject[] = [...hosts, ...callers];
