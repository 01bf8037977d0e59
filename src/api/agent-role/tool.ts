import { z } from 'zod';
import { distinctList } from '../shape/lists.ts';
import { toolName } from '../shape/names.ts';
import { byteQuantity } from '../shape/quantities.ts';
import { rules } from '../shape/rules.ts';
import { seconds } from '../shape/times.ts';
import { domainRules, pathRules } from './argument-rules.ts';
import { confirmation } from './confirmation.ts';
import { mcpBlock, sqlBlock, upstreamBlock } from './executors.ts';
import { toolRules } from './tool-rules.ts';

/** What a tool may touch: the capabilities of the permission matrix; `ext:` is open for other services. */
const capability = z
  .string()
  .min(1)
  .max(64)
  .regex(
    /^(file:(read|write|delete|execute)|net:http:(get|post)|net:smtp|code:(python|bash|sql)|ext:[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/,
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
        'JSON Schema that the arguments must fit, at most 32 KiB and without `$ref`; it comes on top of the schema that the tool itself declares.',
      ),
    maxFileSize: byteQuantity('1Ti').optional().describe('Largest file that a call may read or write.'),
    maxResponseSize: byteQuantity('1Gi')
      .optional()
      .describe('Largest answer. More is an error, never cut off.'),
    maxRequestsPerMinute: z.int().min(1).max(100_000).optional().describe('Calls a minute for one sandbox.'),
    maxExecutionSeconds: seconds(1, 3600).optional().describe('Longest time for one call.'),
    confirmation: confirmation.describe('Whether a person is asked first. Has to be written.'),
    enforcement: z
      .enum(['Cooperative'])
      .optional()
      .describe(
        'Has to be written where a rule binds only an agent that asks: rate, size, seconds, domains, arguments or confirmation of a tool with executor `Agent`.',
      ),
  })
  .meta(rules(...toolRules));
