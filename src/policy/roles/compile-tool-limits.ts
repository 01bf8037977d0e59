import type { Tool } from '../../api/agent-role.ts';
import { TOOL_DEFAULTS } from '../../api/agent-role/tool.ts';
import type { Unchecked } from '../../api/unchecked.ts';
import { NANO_UNITS, parseQuantity } from '../../lib/quantity.ts';

/** What one tool may use, every bound filled in. */
export interface ToolLimits {
  readonly maxFileBytes: number;
  readonly maxResponseBytes: number;
  /** Calls a minute for one sandbox. */
  readonly maxRequestsPerMinute: number;
  readonly maxExecutionSeconds: number;
}

/** The limits of every tool of a role, by its name. A bound that the role does not set has its default: none is unbounded. */
export function compileToolLimits(
  tools: readonly (Unchecked<Tool> | undefined)[],
): ReadonlyMap<string, ToolLimits> {
  return new Map(
    tools.flatMap((tool): [string, ToolLimits][] => (tool?.name ? [[tool.name, limitsOf(tool)]] : [])),
  );
}

function limitsOf(tool: Unchecked<Tool>): ToolLimits {
  return {
    maxFileBytes: bytesOf(tool.maxFileSize ?? TOOL_DEFAULTS.maxFileSize),
    maxResponseBytes: bytesOf(tool.maxResponseSize ?? TOOL_DEFAULTS.maxResponseSize),
    maxRequestsPerMinute: tool.maxRequestsPerMinute ?? TOOL_DEFAULTS.maxRequestsPerMinute,
    maxExecutionSeconds: tool.maxExecutionSeconds ?? TOOL_DEFAULTS.maxExecutionSeconds,
  };
}

/** Whole bytes, rounded down; 0 for what is not a quantity. */
function bytesOf(size: string | number): number {
  return Number((parseQuantity(size) ?? 0n) / NANO_UNITS);
}
