import { z } from 'zod';
import { distinctList } from '../shape/lists.ts';
import { dnsLabel, toolName } from '../shape/names.ts';
import { jsonPointer, requestPath } from '../shape/paths.ts';

/** What a tool with executor `SQL` may do. */
export const sqlBlock = z.object({
  argument: jsonPointer().describe('JSON Pointer to the argument that holds the statement.'),
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
      .regex(/^[a-z_][a-z0-9_]*\.([a-z_][a-z0-9_]*|\*)$/),
    64,
  ).describe('Tables that may be named, as `schema.table`, or `schema.*` for all of a schema. Empty: none.'),
  maxRows: z.int().min(1).max(1_000_000).default(1000).describe('Most rows an answer may have.'),
});

/** Where a tool with executor `MCP` is found. */
export const mcpBlock = z.object({
  upstream: dnsLabel().describe('Upstream of the role with protocol `MCP`.'),
  tool: toolName().describe('Name of the tool there.'),
});

/** What a tool with executor `Upstream` calls. */
export const upstreamBlock = z.object({
  name: dnsLabel().describe('Upstream of the role with protocol `HTTP`.'),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).describe('Method of the request.'),
  path: requestPath().describe("Path of the request, under the upstream's `baseURL`."),
});
