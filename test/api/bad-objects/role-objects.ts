import { minimalAgentRole } from '../../build/agent-role.ts';
import { changedObject } from '../../build/changed-object.ts';

/** A tool of the agent's own that reads files. */
export const readFile = {
  name: 'read_file',
  executor: 'Agent',
  capabilities: ['file:read'],
  paths: [{ argument: '/path', allow: ['/data/reports'], deny: [] }],
  confirmation: { when: 'Never' },
};

/** A tool that the gateway fetches with. */
export const webSearch = {
  name: 'web_search',
  executor: 'Fetch',
  capabilities: ['net:http:get'],
  domains: [{ argument: '/url', allow: ['example.com'], deny: [] }],
  confirmation: { when: 'Never' },
};

/** A tool that the gateway runs statements for. */
export const executeSQL = {
  name: 'execute_sql',
  executor: 'SQL',
  capabilities: ['code:sql'],
  sql: { argument: '/query', credential: 'warehouse', operations: ['Select'], tables: ['analytics.*'] },
  confirmation: { when: 'Never' },
};

/** A tool behind an MCP server. */
export const rollout = {
  name: 'rollout',
  executor: 'MCP',
  mcp: { upstream: 'deployer', tool: 'rollout' },
  confirmation: { when: 'Always', approvers: [{ group: 'sre' }] },
};

/** A tool that is one request to an upstream. */
export const callUpstream = (name: string) => ({
  name: 'complete',
  executor: 'Upstream',
  upstream: { name, method: 'POST', path: '/chat/completions' },
  confirmation: { when: 'Never' },
});

/** A model vendor. */
export const openai = {
  name: 'openai',
  protocol: 'HTTP',
  baseURL: 'https://api.openai.com/v1',
  credential: 'openai',
  methods: ['POST'],
  paths: ['/chat/completions'],
};

/** An MCP server. */
export const deployer = { name: 'deployer', protocol: 'MCP', baseURL: 'https://mcp.tools.svc', mcp: {} };

/** A role that uses every kind of tool, upstream and credential, and is accepted. */
export const fullAgentRole = changedObject(minimalAgentRole, {
  '/spec/tools': [readFile, webSearch, executeSQL, rollout],
  '/spec/upstreams': [openai, deployer],
  '/spec/credentials': [
    { name: 'openai', attach: { type: 'Bearer' } },
    { name: 'warehouse', databaseLogin: {} },
  ],
  '/spec/network/allow': [{ host: 'github.com' }],
  '/spec/network/ingress': [{ port: 8080, from: [{ podSelector: { matchLabels: { app: 'front' } } }] }],
});

/** The full role with changes. Its tools are 0 read_file, 1 web_search, 2 execute_sql, 3 rollout. */
export const role = (changes: Readonly<Record<string, unknown>>) => changedObject(fullAgentRole, changes);
