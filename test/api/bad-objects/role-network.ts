import type { BadObject } from './bad-object.ts';
import { refused } from './refused.ts';
import { deployer, openai, role } from './role-objects.ts';

const schema = refused('Schema', role);

const domain = (name: string, host: string): BadObject =>
  schema(
    name,
    { '/spec/tools/1/domains/0/allow': [host] },
    'spec.tools[1].domains[0].allow[0]',
    /should match/,
  );

const baseURL = (name: string, url: string): BadObject =>
  schema(name, { '/spec/upstreams/0/baseURL': url }, 'spec.upstreams[0].baseURL', /should match/);

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
    'a selector that selects everything',
    ingress([{ podSelector: { matchLabels: {} } }]),
    'spec.network.ingress[0].from[0].podSelector.matchLabels',
    /at least 1 properties/,
  ),
];

const upstreams: readonly BadObject[] = [
  schema(
    'a brokered host that is also in network.allow',
    { '/spec/network/allow': [{ host: 'api.openai.com' }] },
    'spec.network.allow',
    /must not contain a host of spec.upstreams/,
  ),
  schema(
    'a brokered host that is also in the domains of a tool',
    { '/spec/tools/1/domains/0/allow': ['example.com', 'api.openai.com'] },
    'spec.tools',
    /must not contain a host of spec.upstreams/,
  ),
  baseURL('an upstream over plain http', 'http://api.openai.com'),
  baseURL('an upstream at an address', 'https://10.0.0.1/v1'),
  baseURL('an upstream with a user in its URL', 'https://user@api.openai.com'),
  baseURL('an upstream with .. in its URL', 'https://api.openai.com/v1/../admin'),
  baseURL('an upstream with a query in its URL', 'https://api.openai.com/v1?key=x'),
  schema(
    'an upstream path with an encoded slash',
    { '/spec/upstreams/0/paths': ['/v1%2Fadmin'] },
    'spec.upstreams[0].paths[0]',
    /should match/,
  ),
  schema(
    'an upstream path with a wildcard in its middle',
    { '/spec/upstreams/0/paths': ['/v1/*/files'] },
    'spec.upstreams[0].paths[0]',
    /should match/,
  ),
  schema(
    'two upstreams of one name',
    { '/spec/upstreams': [openai, deployer, openai] },
    'spec.upstreams[2]',
    /Duplicate/,
  ),
  schema(
    'an upstream with a credential that is not declared',
    { '/spec/upstreams/0/credential': 'other' },
    'spec.upstreams',
    /in spec.credentials that has attach/,
  ),
  schema(
    'a database login attached to an upstream',
    { '/spec/upstreams/0/credential': 'warehouse' },
    'spec.upstreams',
    /in spec.credentials that has attach/,
  ),
  schema(
    'protocol MCP without mcp',
    { '/spec/upstreams/1/mcp': undefined },
    'spec.upstreams[1].mcp',
    /must be set with protocol MCP, and only with it/,
  ),
  schema(
    'llm for an MCP server',
    { '/spec/upstreams/1/llm': { api: 'OpenAIChat', models: ['m'], maxOutputTokens: 1 } },
    'spec.upstreams[1].llm',
    /must not be set unless protocol is HTTP/,
  ),
  schema(
    'a pin that is no hash',
    { '/spec/upstreams/1/mcp': { pins: [{ tool: 'rollout', sha256: 'latest' }] } },
    'spec.upstreams[1].mcp.pins[0].sha256',
    /should match/,
  ),
  schema(
    'a tool with an upstream that is not declared',
    { '/spec/tools/3/mcp/upstream': 'other' },
    'spec.tools',
    /in spec.upstreams that has protocol MCP/,
  ),
  schema(
    'a tool with a credential that is not declared',
    { '/spec/tools/2/sql/credential': 'other' },
    'spec.tools',
    /in spec.credentials that has databaseLogin/,
  ),
  schema(
    'a credential without a shape',
    { '/spec/credentials/0': { name: 'openai' } },
    'spec.credentials[0]',
    /exactly one of attach and databaseLogin/,
  ),
  schema(
    'a credential of two shapes',
    { '/spec/credentials/0/databaseLogin': {} },
    'spec.credentials[0]',
    /exactly one of attach and databaseLogin/,
  ),
  schema(
    'a header credential without the header',
    { '/spec/credentials/0/attach': { type: 'Header' } },
    'spec.credentials[0].attach.header',
    /must be set with type Header, and only with it/,
  ),
  schema(
    'a signature without its region',
    { '/spec/credentials/0/attach': { type: 'AWSSigV4', service: 's3' } },
    'spec.credentials[0].attach.type',
    /region and service must be set with type AWSSigV4/,
  ),
];

/** Roles with a host, a caller, an upstream or a credential that cannot be. */
export const badRoleNetworks: readonly BadObject[] = [...hosts, ...callers, ...upstreams];
