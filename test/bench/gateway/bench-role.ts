import { type AgentRole, agentRole } from '../../../src/api/agent-role.ts';
import { API_VERSION } from '../../../src/api/names.ts';
import { BENCH_UPSTREAMS, TOKENS_PER_DAY, UPSTREAM_CREDENTIAL } from './bench-upstreams.ts';
import { echoHosts, SINK_HOST, SOURCE_HOST } from './destinations.ts';

/** How many tools of each kind the role of the bench has; 100 together. */
export const TOOL_COUNTS = { file: 40, schema: 10, fetch: 40, sql: 10 } as const;
export type ToolGroup = keyof typeof TOOL_COUNTS;

/** How the arguments of calls are recorded, and whether an intent waits for the disk. */
export type BenchDurability = AgentRole['spec']['audit']['durability'];

export const ROLE_NAME = 'bench';
/** The greatest that a role may give: what is measured is the counting, not the refusal. */
const CALLS_PER_MINUTE = 100_000;
/** As above: bytes and calls a day. */
export const BYTES_PER_DAY = 1_000_000_000_000_000;
const CALLS_PER_DAY = 100_000_000;
const CREDENTIAL = 'warehouse';

export function toolName(group: ToolGroup, index: number): string {
  return `${group}_${index}`;
}

/** The folder that the tool may read. */
export function folderOf(index: number): string {
  return `/data/tool-${index}`;
}

/** The host that the tool may fetch from. */
export function hostOf(index: number): string {
  return `api-${index}.example.com`;
}

/** A role of 100 tools that may open tunnels to all hosts of the bench and call its upstreams, as the API server stores it. */
export function benchRole(durability: BenchDurability): AgentRole {
  return agentRole.schema.parse({
    apiVersion: API_VERSION,
    kind: 'AgentRole',
    metadata: { name: ROLE_NAME, uid: 'b0b957c4-0000-4000-8000-0000000000aa' },
    spec: {
      tools: [
        ...toolsOf('file', fileTool),
        ...toolsOf('schema', schemaTool),
        ...toolsOf('fetch', fetchTool),
        ...toolsOf('sql', sqlTool),
      ],
      network: { allow: [...echoHosts(), SOURCE_HOST, SINK_HOST].map(destination) },
      upstreams: BENCH_UPSTREAMS,
      credentials: [
        { name: CREDENTIAL, databaseLogin: {} },
        { name: UPSTREAM_CREDENTIAL, attach: { type: 'Bearer' } },
      ],
      budgets: {
        egressBytesPerDay: BYTES_PER_DAY,
        toolCallsPerDay: CALLS_PER_DAY,
        tokensPerDay: TOKENS_PER_DAY,
      },
      audit: { record: 'All', arguments: 'Digest', durability },
      sandbox: {
        images: [{ repository: 'ghcr.io/acme/*' }],
        limits: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '1Gi' },
        runAsUser: 1001,
        tmp: { size: '100Mi' },
        seccompProfile: 'RuntimeDefault',
        maxLifetimeSeconds: 86_400,
      },
    },
  });
}

function toolsOf(name: ToolGroup, build: (index: number) => object): readonly object[] {
  return Array.from({ length: TOOL_COUNTS[name] }, (_, index) => ({
    name: toolName(name, index),
    maxRequestsPerMinute: CALLS_PER_MINUTE,
    confirmation: { when: 'Never' },
    ...build(index),
  }));
}

function fileTool(index: number): object {
  const allow = [folderOf(index), '/data/shared', '/data/reports', '/data/exports'];
  return {
    executor: 'Agent',
    enforcement: 'Cooperative',
    capabilities: ['file:read'],
    paths: [{ argument: '/path', allow, deny: [`${folderOf(index)}/private`] }],
  };
}

function schemaTool(): object {
  const properties = {
    to: { type: 'string', maxLength: 128, pattern: '^[a-z]+@example\\.com$' },
    subject: { type: 'string', maxLength: 256 },
    priority: { type: 'integer', minimum: 1, maximum: 5 },
    labels: { type: 'array', maxItems: 8, items: { type: 'string', maxLength: 32 } },
  };
  const required = ['to', 'subject', 'priority'];
  return {
    executor: 'Agent',
    enforcement: 'Cooperative',
    capabilities: ['ext:mail'],
    arguments: { type: 'object', properties, required, additionalProperties: false },
  };
}

function fetchTool(index: number): object {
  const allow = [hostOf(index), '*.docs.example.com', 'www.example.com', 'search.example.com'];
  return {
    executor: 'Fetch',
    capabilities: ['net:http:get'],
    domains: [{ argument: '/url', allow, deny: ['internal.docs.example.com'] }],
  };
}

function sqlTool(): object {
  const tables = ['analytics.*', 'sales.orders', 'sales.customers'];
  return {
    executor: 'SQL',
    capabilities: ['code:sql'],
    sql: { argument: '/query', credential: CREDENTIAL, operations: ['Select'], tables },
  };
}

/** What a tunnel may send is taken of the budget while it is open, so only the sink may be sent much. */
function destination(host: string): object {
  const maxUploadBytes = host === SINK_HOST ? '4Gi' : '16Mi';
  return { host, maxUploadBytes, maxDownloadBytes: '4Gi', idleSeconds: 3600, maxSeconds: 86_400 };
}
