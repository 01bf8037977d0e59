import type { BadObject } from './bad-object.ts';
import { refused } from './refused.ts';
import { deployer, openai, role } from './role-objects.ts';

const schema = refused('Schema', role);

const baseURL = (name: string, url: string): BadObject =>
  schema(name, { '/spec/upstreams/0/baseURL': url }, 'spec.upstreams[0].baseURL', /should match/);

const attached = (name: string, attach: object, field: string, message: RegExp): BadObject =>
  schema(name, { '/spec/credentials/0/attach': attach }, `spec.credentials[0].attach.${field}`, message);

/** Roles with an upstream or a credential that cannot be, or a host that is reachable beside its upstream. */
export const badRoleUpstreams: readonly BadObject[] = [
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
  schema(
    'a brokered host with a port that is also in network.allow',
    {
      '/spec/upstreams/1/baseURL': 'https://mcp.tools.svc:8443/mcp',
      '/spec/network/allow': [{ host: 'github.com' }, { host: 'mcp.tools.svc' }],
    },
    'spec.network.allow',
    /must not contain a host of spec.upstreams/,
  ),
  schema(
    'a brokered host that is also in the second rule of a later tool',
    {
      '/spec/tools/3/domains': [
        { argument: '/a', allow: ['example.com'], deny: [] },
        { argument: '/b', allow: ['mcp.tools.svc'], deny: [] },
      ],
    },
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
    'mcp for a vendor of protocol HTTP',
    { '/spec/upstreams/0/mcp': {} },
    'spec.upstreams[0].mcp',
    /must be set with protocol MCP, and only with it/,
  ),
  schema(
    'llm over a WebSocket',
    {
      '/spec/upstreams/0/protocol': 'WebSocket',
      '/spec/upstreams/0/llm': { api: 'OpenAIChat', models: ['m'], maxOutputTokens: 1 },
    },
    'spec.upstreams[0].llm',
    /must not be set unless protocol is HTTP/,
  ),
  schema(
    'variables for a WebSocket',
    { '/spec/upstreams/0/protocol': 'WebSocket', '/spec/upstreams/0/environment': 'OpenAI' },
    'spec.upstreams[0].environment',
    /must be None unless protocol is HTTP/,
  ),
  schema(
    'variables of an SDK that nobody knows',
    { '/spec/upstreams/0/environment': 'Azure' },
    'spec.upstreams[0].environment',
    /Unsupported value/,
  ),
  schema(
    'the version of Anthropic’s API in its URL, where the SDK adds it',
    { '/spec/upstreams/0/environment': 'Anthropic' },
    'spec.upstreams[0].baseURL',
    /must not end in \/v1 with environment Anthropic/,
  ),
  schema(
    'two upstreams of one environment',
    {
      '/spec/upstreams': [
        { ...openai, environment: 'OpenAI' },
        deployer,
        { ...openai, name: 'other', environment: 'OpenAI' },
      ],
    },
    'spec.upstreams',
    /must not contain two upstreams of the same environment/,
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
  attached(
    'a bearer credential with a header',
    { type: 'Bearer', header: 'X-Key' },
    'header',
    /with type Header/,
  ),
  attached(
    'a bearer credential with a region',
    { type: 'Bearer', region: 'eu-1' },
    'type',
    /with type AWSSigV4/,
  ),
  attached(
    'a client certificate with a header',
    { type: 'ClientCertificate', header: 'X-API-Key' },
    'header',
    /with type Header/,
  ),
  attached(
    'a bearer credential with a service',
    { type: 'Bearer', service: 's3' },
    'type',
    /with type AWSSigV4/,
  ),
  attached(
    'a signature without its service',
    { type: 'AWSSigV4', region: 'eu-1' },
    'type',
    /with type AWSSigV4/,
  ),
  schema(
    'a signature without its region',
    { '/spec/credentials/0/attach': { type: 'AWSSigV4', service: 's3' } },
    'spec.credentials[0].attach.type',
    /region and service must be set with type AWSSigV4/,
  ),
];
