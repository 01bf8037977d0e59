import { isAtOrUnder } from '../../policy/roles/mount-path.ts';
import { formsOf, type SortedHosts } from './host-forms.ts';

/** The tools of the chapter. */
export const TOOL_NAMES = ['read_file', 'write_file', 'execute_sql', 'web_search', 'execute_bash'] as const;

export type ToolName = (typeof TOOL_NAMES)[number];

/** The MCP server that serves files and a shell from a pod of its own, and the Service in front of it. */
export const TOOL_SERVER = { upstream: 'tool-server', namespace: 'tools' } as const;

/** The credential with which statements run. */
export const DATABASE_CREDENTIAL = 'warehouse';

/** What the chapter denies to every tool unless a role says otherwise. */
const DENIED_PATHS = ['/etc', '/proc', '/root', '/sys'];

const MAX_COMMAND_CHARACTERS = 4096;
const MAX_CONTENT_CHARACTERS = 1_048_576;

/** What the tools of one role are made from. */
export interface ToolFacts {
  readonly tools: readonly ToolName[];
  /** Paths in canonical form. */
  readonly paths: readonly string[];
  readonly operations: readonly string[];
  readonly isConfirmed: boolean;
  readonly hosts: SortedHosts;
  readonly maxResponseMebibytes: number;
  readonly approvers: string;
  readonly tables: readonly string[];
}

type Written = Readonly<Record<string, unknown>>;

/**
 * Whether files and shell of a role are served by the tool server: what runs in the pod of the agent can be confirmed only
 * by an agent that asks, and a shell there has no paths.
 */
export function needsToolServer(role: {
  readonly allowed_tools: readonly ToolName[];
  readonly require_confirmation: boolean;
}): boolean {
  return role.require_confirmation || role.allowed_tools.includes('execute_bash');
}

/** Builds the tools of one role, each once, in their order. */
export function buildTools(facts: ToolFacts): readonly Written[] {
  return [...new Set(facts.tools)].flatMap((name) => {
    const tool = BUILDERS[name](facts);
    return tool === null ? [] : [{ name, ...tool, confirmation: confirmationOf(facts) }];
  });
}

const BUILDERS: Readonly<Record<ToolName, (facts: ToolFacts) => Written | null>> = {
  read_file: (facts) => fileTool('read_file', 'file:read', facts),
  write_file: (facts) => fileTool('write_file', 'file:write', facts),
  execute_sql: ({ operations, tables }) => ({
    executor: 'SQL',
    capabilities: ['code:sql'],
    sql: {
      argument: '/query',
      credential: DATABASE_CREDENTIAL,
      operations: [...new Set(operations)].map((name) => `${name.slice(0, 1)}${name.slice(1).toLowerCase()}`),
      tables,
    },
  }),
  web_search: ({ hosts, maxResponseMebibytes }) => ({
    executor: 'Fetch',
    capabilities: ['net:http:get'],
    domains: [
      {
        argument: '/url',
        allow: [...new Set(hosts.fetched.flatMap((host) => formsOf(host, hosts)))],
        deny: [],
      },
    ],
    maxResponseSize: `${maxResponseMebibytes}Mi`,
  }),
  execute_bash: () => ({
    ...served('bash'),
    capabilities: ['code:bash'],
    arguments: closedObject({ command: { type: 'string', minLength: 1, maxLength: MAX_COMMAND_CHARACTERS } }),
  }),
};

function fileTool(name: 'read_file' | 'write_file', capability: string, facts: ToolFacts): Written {
  const isServed = needsToolServer({ allowed_tools: facts.tools, require_confirmation: facts.isConfirmed });
  const allow = [...new Set(facts.paths)];
  const deny = DENIED_PATHS.filter((denied) => allow.some((path) => overlaps(path, denied)));
  const text = { type: 'string', maxLength: MAX_CONTENT_CHARACTERS };
  return {
    ...(isServed ? served(name) : { executor: 'Agent' }),
    capabilities: [capability],
    paths: [{ argument: '/path', allow, deny }],
    // A tool of the agent is only explained; one that the gateway calls may have no argument that nothing describes.
    ...(isServed && name === 'write_file'
      ? { arguments: closedObject({ path: { type: 'string' }, content: text }) }
      : {}),
  };
}

function served(tool: string): Written {
  return { executor: 'MCP', mcp: { upstream: TOOL_SERVER.upstream, tool } };
}

function closedObject(properties: Written): Written {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function overlaps(one: string, other: string): boolean {
  return isAtOrUnder(one, other) || isAtOrUnder(other, one);
}

function confirmationOf({ isConfirmed, approvers }: ToolFacts): Written {
  return isConfirmed ? { when: 'Always', approvers: [{ group: approvers }] } : { when: 'Never' };
}
