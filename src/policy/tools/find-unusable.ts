import type { Tool } from '../../api/agent-role.ts';
import type { Finding } from '../decision.ts';

/** What each executor needs: a block, and one of these capabilities. */
const NEEDS: Readonly<
  Record<Tool['executor'], { readonly block?: keyof Tool; readonly oneOf?: readonly string[] }>
> = {
  Agent: {},
  Fetch: { block: 'domains', oneOf: ['net:http:get', 'net:http:post'] },
  SQL: { block: 'sql', oneOf: ['code:sql'] },
  MCP: { block: 'mcp' },
  Upstream: { block: 'upstream' },
};

/**
 * What a tool lacks that its executor and its capabilities need. The API server refuses such a role; the gateway does not
 * count on it, since the role may have been stored before the rule was there. Null where nothing is missing.
 */
export function findUnusable(tool: Tool, rule: string): Finding | null {
  const { executor, capabilities } = tool;
  const { block, oneOf } = NEEDS[executor];
  if (block !== undefined && isUnset(tool[block])) return lack(`${rule}.${block}`, `executor ${executor}`);
  if (capabilities.some((one) => one.startsWith('file:')) && isUnset(tool.paths)) {
    return lack(`${rule}.paths`, 'a file: capability');
  }
  if (oneOf === undefined || capabilities.some((one) => oneOf.includes(one))) return null;
  return {
    field: `${rule}.capabilities`,
    found: capabilities.length === 0 ? 'not set' : capabilities.join(', '),
    required: `must contain ${oneOf.join(' or ')} with executor ${executor}`,
    fix: 'Have the role corrected.',
  };
}

function isUnset(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

function lack(field: string, needed: string): Finding {
  return { field, found: 'not set', required: `must be set with ${needed}`, fix: 'Have the role corrected.' };
}
