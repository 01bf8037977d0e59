import { z } from 'zod';
import { hostPattern } from '../shape/hosts.ts';
import { distinctList, keyedList, requiredDistinctList } from '../shape/lists.ts';
import { dnsLabel, toolName } from '../shape/names.ts';
import { filePath, jsonPointer, requestPath } from '../shape/paths.ts';
import { byteQuantity } from '../shape/quantities.ts';
import { rules } from '../shape/rules.ts';
import { seconds } from '../shape/times.ts';
import { confirmation } from './confirmation.ts';
import { toolRules } from './tool-rules.ts';

/** The bounds of a tool that does not set them, filled in when its role is compiled and not by the API server. */
export const TOOL_DEFAULTS = {
  maxFileSize: '10Mi',
  maxResponseSize: '10Mi',
  maxRequestsPerMinute: 60,
  maxExecutionSeconds: 30,
} as const;

/**
 * How large the JSON Schemas of arguments may be. The schema of AgentRole cannot express it, so the webhook and the command
 * line evaluate it. A value is an object, a list or a scalar.
 */
export const ARGUMENTS_LIMITS = {
  maxSchemaBytes: 32 * 1024,
  maxSchemaValues: 1_024,
  maxRoleValues: 4_096,
} as const;

/** Rows of a result where a tool does not say how many. */
const DEFAULT_MAX_ROWS = 1000;

const argument = () =>
  jsonPointer().describe('JSON Pointer to the argument that the rule is about, such as `/path`.');

const pathRule = z.object({
  argument: argument(),
  allow: requiredDistinctList(filePath(), 32).describe(
    'Paths that the argument may lie at or under. Empty: none.',
  ),
  deny: requiredDistinctList(filePath(), 32).describe(
    'Paths at or under which the argument is refused although `allow` has it. Required; `[]` for none.',
  ),
});

const domainRule = z.object({
  argument: argument(),
  allow: requiredDistinctList(hostPattern(), 32).describe(
    'Hosts that the URL may name: `example.com` is that name only, `*.example.com` every name below it. Empty: none.',
  ),
  deny: requiredDistinctList(hostPattern(), 32).describe(
    'Hosts that are refused although `allow` has them. Required; `[]` for none.',
  ),
});

/** Which paths the arguments of a tool may name; for a tool of the agent's own also what may be mounted. */
const pathRules = () =>
  keyedList(pathRule, ['argument'], 8).describe(
    "Which paths the tool's arguments may name. For a tool with executor `Agent` they also bound what may be mounted.",
  );

/** Which hosts the URLs in the arguments of a tool may name. */
const domainRules = () =>
  keyedList(domainRule, ['argument'], 8).describe("Which hosts the URLs in the tool's arguments may name.");

/** What a tool with executor `SQL` may do. */
const sqlBlock = z.object({
  argument: jsonPointer().describe('JSON Pointer to the argument that holds the statement.'),
  parameters: jsonPointer()
    .optional()
    .describe(
      'JSON Pointer to the argument that holds the values of `$1`, `$2` and so on, as a list. If not set: a statement has none.',
    ),
  credential: dnsLabel().describe(
    'Credential of the role, with `databaseLogin`, that the statement runs as.',
  ),
  operations: distinctList(z.enum(['Select', 'Insert', 'Update', 'Delete']), 4).describe(
    'Kinds of statement that may run. Empty: none.',
  ),
  tables: distinctList(
    z
      .string()
      .min(1)
      .max(127)
      .regex(
        /^[a-z_][a-z0-9_]*\.([a-z_][a-z0-9_]*|\*)$/,
        'must be a schema and a table in lower case, such as "analytics.orders", or a schema and ".*"',
      ),
    64,
  ).describe('Tables that may be named, as `schema.table`, or `schema.*` for all of a schema. Empty: none.'),
  maxRows: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(DEFAULT_MAX_ROWS)
    .describe('Maximum number of rows in a result.'),
});

/** Where a tool with executor `MCP` is found. */
const mcpBlock = z.object({
  upstream: dnsLabel().describe('Upstream of the role with protocol `MCP`.'),
  tool: toolName().describe('Name of the tool there.'),
});

/** What a tool with executor `Upstream` calls. */
const upstreamBlock = z.object({
  name: dnsLabel().describe('Upstream of the role with protocol `HTTP`.'),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).describe('Method of the request.'),
  path: requestPath().describe("Path of the request, under the upstream's `baseURL`."),
});

/** What a tool may touch: the capabilities of the permission matrix; `ext:` is open for other services. */
const capability = z
  .string()
  .min(1)
  .max(64)
  .regex(
    /^(file:(read|write|delete|execute)|net:http:(get|post)|net:smtp|code:(python|bash|sql)|ext:[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/,
    'must be one of file:read, file:write, file:delete, file:execute, net:http:get, net:http:post, net:smtp, code:python, code:bash and code:sql, or "ext:" and the name of a service',
  );

/** One named thing that an agent may call, and everything that bounds the call. */
export const tool = z
  .object({
    name: toolName().describe('Name that the agent calls it by.'),
    executor: z
      .enum(['Agent', 'Fetch', 'SQL', 'Upstream', 'MCP'])
      .describe('Who runs it: `Agent` inside the pod; `Fetch`, `SQL`, `Upstream` and `MCP` by the gateway.'),
    capabilities: distinctList(capability, 16).describe(
      'What it may touch: `file:read|write|delete|execute`, `net:http:get|post`, `net:smtp`, `code:python|bash|sql`, `ext:<service>`. They select methods, and the blocks that have to be there.',
    ),
    paths: pathRules(),
    domains: domainRules(),
    sql: sqlBlock.optional().describe('What may be asked of the database. Only with executor `SQL`.'),
    mcp: mcpBlock.optional().describe('The tool behind this one. Only with executor `MCP`.'),
    upstream: upstreamBlock
      .optional()
      .describe('The request behind this tool. Only with executor `Upstream`.'),
    arguments: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ 'x-kubernetes-preserve-unknown-fields': true })
      .describe(
        `JSON Schema that the arguments must fit, without \`$ref\`. It is at most ${ARGUMENTS_LIMITS.maxSchemaBytes / 1024} KiB and has at most ${ARGUMENTS_LIMITS.maxSchemaValues} values; all schemas of a role together have at most ${ARGUMENTS_LIMITS.maxRoleValues}. It is applied in addition to the schema that the tool itself declares.`,
      ),
    maxFileSize: byteQuantity('1Ti')
      .optional()
      .describe(
        `Maximum size of a file that a call may read or write. If not set: ${TOOL_DEFAULTS.maxFileSize}.`,
      ),
    maxResponseSize: byteQuantity('1Gi')
      .optional()
      .describe(
        `Maximum size of a response. A larger one is an error and is not truncated. If not set: ${TOOL_DEFAULTS.maxResponseSize}.`,
      ),
    maxRequestsPerMinute: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe(`Calls a minute for one sandbox. If not set: ${TOOL_DEFAULTS.maxRequestsPerMinute}.`),
    maxExecutionSeconds: seconds(1, 3600)
      .optional()
      .describe(`Maximum time for one call. If not set: ${TOOL_DEFAULTS.maxExecutionSeconds}.`),
    confirmation: confirmation.describe('Whether a person is asked first. Required.'),
    enforcement: z
      .enum(['Cooperative'])
      .optional()
      .describe(
        'Required where a rule binds only an agent that asks: rate, size, seconds, domains, arguments or confirmation of a tool with executor `Agent`.',
      ),
  })
  .meta(rules(...toolRules));
