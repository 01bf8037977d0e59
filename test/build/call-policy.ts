import { type AgentRole, agentRole } from '../../src/api/agent-role.ts';
import { type SqlParser, loadSqlParser } from '../../src/lib/sql-parser.ts';
import type { CallPolicy } from '../../src/policy/tools/call-policy.ts';
import { compileCallPolicy } from '../../src/policy/tools/compile-tools.ts';
import { minimalAgentRole } from './agent-role.ts';

/** The fields of a spec as their author writes them, beside those that every role has. */
export type WrittenSpec = Readonly<Record<string, unknown>>;

/** The spec of a role, defaults included. */
export function buildRoleSpec(written: WrittenSpec): AgentRole['spec'] {
  return agentRole.schema.parse({ ...minimalAgentRole, spec: { ...minimalAgentRole.spec, ...written } }).spec;
}

/** A role of the name `analyst`, compiled. */
export function buildCallPolicy(written: WrittenSpec, sqlParser?: SqlParser): CallPolicy {
  return compileCallPolicy(buildRoleSpec(written), 'analyst', sqlParser);
}

const NEVER = { when: 'Never' } as const;

/** A tool for each sort of rule. */
export const TOOLS = {
  readFile: {
    name: 'read_file',
    executor: 'Agent',
    capabilities: ['file:read'],
    paths: [
      { argument: '/path', allow: ['/data/reports', '/data/exports'], deny: ['/data/reports/private'] },
    ],
    confirmation: NEVER,
  },
  removeFile: {
    name: 'remove_file',
    executor: 'Agent',
    capabilities: ['file:write', 'file:delete'],
    paths: [{ argument: '/target/path', allow: ['/data'], deny: ['/data/reports/private'] }],
    arguments: {
      type: 'object',
      properties: { target: { type: 'object', properties: { force: { type: 'boolean' } } } },
    },
    enforcement: 'Cooperative',
    maxFileSize: '1Ki',
    confirmation: NEVER,
  },
  webSearch: {
    name: 'web_search',
    executor: 'Fetch',
    capabilities: ['net:http:get'],
    domains: [{ argument: '/url', allow: ['*.example.com', 'example.org'], deny: ['private.example.com'] }],
    confirmation: NEVER,
  },
  rollout: {
    name: 'rollout',
    executor: 'MCP',
    mcp: { upstream: 'deployer', tool: 'rollout' },
    arguments: {
      type: 'object',
      properties: {
        app: { type: 'string', pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$' },
        replicas: { type: 'integer', minimum: 0, maximum: 10 },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        steps: { type: 'array', items: { type: 'object', properties: { weight: { type: 'integer' } } } },
        anything: true,
      },
      patternProperties: { '^x-': { type: 'string' } },
      required: ['app'],
    },
    confirmation: { when: 'Always', approvers: [{ group: 'sre' }] },
  },
  executeSQL: {
    name: 'execute_sql',
    executor: 'SQL',
    capabilities: ['code:sql'],
    sql: { argument: '/query', credential: 'warehouse', operations: ['Select'], tables: ['analytics.*'] },
    confirmation: NEVER,
  },
} as const;

/** A role of all of these tools. */
export const buildFullPolicy = async (): Promise<CallPolicy> =>
  buildCallPolicy({ tools: Object.values(TOOLS) }, await loadSqlParser());
