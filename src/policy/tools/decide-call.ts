import { type CallDecision, denyCall } from './call-decision.ts';
import type { CallPolicy, Narrow } from './call-policy.ts';

/** A call of a tool. */
export interface ToolCall {
  readonly tool: string;
  /** Parsed JSON, as `parseStrictJson` returns it. */
  readonly arguments: unknown;
}

/**
 * Why a call is decided: to be executed by the gateway, or to explain to the agent what would be decided, which grants
 * nothing.
 */
export type Purpose = 'Execute' | 'Explain';

/** Decides everything about a call but its rate, who makes it and the addresses of hosts. */
export function decideCall(
  _policy: CallPolicy,
  _call: ToolCall,
  _narrow?: Narrow,
  purpose: Purpose = 'Explain',
): CallDecision {
  const level = purpose === 'Execute' ? 'Gateway' : 'Cooperative';
  return denyCall('ToolNotAllowed', { rule: 'spec.tools', level });
}
