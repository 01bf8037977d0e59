import { isRecord } from '../../lib/is-record.ts';
import { formatPointer } from '../../lib/json-pointer.ts';
import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';
import { findUncovered } from './argument-coverage.ts';
import { allowCall, type CallDecision, denyCall, levelOfExecutor } from './call-decision.ts';
import type { CallPolicy, Narrow, ToolPolicy } from './call-policy.ts';
import { judgeDomains, judgePaths } from './judge-rules.ts';
import { judgeSizes } from './judge-sizes.ts';
import { judgeStatement } from './judge-statement.ts';

/** A call of a tool. */
export interface ToolCall {
  readonly tool: string;
  /** Parsed JSON, as `parseStrictJson` returns it. */
  readonly arguments: unknown;
}

/**
 * Why a call is decided: to be executed by the gateway as a tool of this executor, or to explain to the agent what would be
 * decided, which grants nothing.
 */
export type Purpose = 'Fetch' | 'SQL' | 'Explain';

/**
 * Decides everything about a call but its rate, who makes it and the addresses of hosts. The first rule that refuses decides;
 * a person is asked only about a call that nothing refuses.
 */
export function decideCall(
  policy: CallPolicy,
  call: ToolCall,
  narrow?: Narrow,
  purpose: Purpose = 'Explain',
): CallDecision {
  const tool = policy.tools.get(call.tool);
  const refusal =
    refuseTool(policy, call.tool, narrow) ??
    (tool && purpose !== 'Explain' ? refuseExecutor(tool, purpose) : null);
  if (refusal !== null || tool === undefined) return refusal ?? unknownTool(policy, call.tool);
  const judged = judgeArguments(tool, call.arguments, narrow);
  if (judged !== null) return judged;
  if (tool.needsConfirmation) {
    const rule = `${tool.rule}.confirmation`;
    return {
      decision: { effect: 'Ask', reason: 'ConfirmationRequired', rule },
      rule,
      level: levelOfExecutor(tool),
    };
  }
  return allowCall({ rule: tool.rule, level: tool.level });
}

/** Why a tool cannot be called at all; null where it can. */
export function refuseTool(
  policy: CallPolicy,
  name: string,
  narrow: Narrow | undefined,
): CallDecision | null {
  const tool = policy.tools.get(name);
  if (tool === undefined) return unknownTool(policy, name);
  const level = levelOfExecutor(tool);
  if (narrow?.tools !== undefined && !narrow.tools.includes(name)) {
    return denyCall(
      'ToolNotAllowed',
      { rule: 'spec.narrow.tools', level },
      {
        ...named(name),
        required: 'must be in spec.narrow.tools of the sandbox',
        fix: 'Call another tool, or have the sandbox keep this one.',
      },
    );
  }
  return tool.unusable === null
    ? null
    : denyCall('RuleUnusable', { rule: tool.unusable.field, level }, tool.unusable);
}

/** Nobody but an agent that asks keeps it from a tool of its own that the role does not know. */
function unknownTool({ role }: CallPolicy, name: string): CallDecision {
  return denyCall(
    'ToolNotAllowed',
    { rule: 'spec.tools', level: 'Cooperative' },
    {
      ...named(name),
      required: `must be a tool of the role "${role}"`,
      fix: 'Call another tool, or have the role allow this one.',
    },
  );
}

function named(name: string): Pick<Finding, 'field' | 'found'> {
  return { field: 'tool', found: show(name) };
}

const RUN_BY: Readonly<Record<ToolPolicy['executor'], string>> = {
  Agent: 'Run it inside the pod.',
  Fetch: 'Send it to /v1/fetch.',
  SQL: 'Send it to /v1/sql.',
  MCP: 'Wait for a version of the gateway that speaks MCP.',
  Upstream:
    'Call its upstream below /upstreams/, or wait for a version of the gateway that makes the request of a tool.',
};

function refuseExecutor({ executor, rule }: ToolPolicy, wanted: ToolPolicy['executor']): CallDecision | null {
  if (executor === wanted) return null;
  return denyCall(
    'ToolNotCarried',
    { rule: `${rule}.executor`, level: 'Gateway' },
    {
      field: 'tool',
      found: `a tool with executor ${executor}`,
      required: `must be a tool with executor ${wanted} to be run here`,
      fix: RUN_BY[executor],
    },
  );
}

function judgeArguments(tool: ToolPolicy, args: unknown, narrow: Narrow | undefined): CallDecision | null {
  const level = levelOfExecutor(tool);
  const by = { rule: `${tool.rule}.arguments`, level };
  if (!isRecord(args)) {
    return denyCall('ArgumentsInvalid', by, {
      field: 'arguments',
      found: show(args),
      required: 'must be an object',
      fix: 'Send the arguments as members of a JSON object.',
    });
  }
  return (
    judgePaths(tool, args, narrow) ??
    judgeDomains(tool, args) ??
    judgeStatement(tool, args) ??
    judgeSizes(tool, args) ??
    judgeCoverage(tool, args) ??
    judgeSchema(tool, args)
  );
}

function judgeCoverage(tool: ToolPolicy, args: Record<string, unknown>): CallDecision | null {
  const schemas = tool.schema === null ? [] : [tool.schema.coverage];
  const uncovered =
    Object.entries(args).length === 0 ? null : findUncovered({ value: args, schemas, rules: tool.pointers });
  if (uncovered === null) return null;
  return denyCall(
    'ArgumentNotCovered',
    { rule: `${tool.rule}.arguments`, level: levelOfExecutor(tool) },
    {
      field: `arguments${formatPointer(uncovered)}`,
      found: 'set',
      required: 'must be covered by a rule of the tool, or be described in its JSON Schema',
      fix: 'Leave the argument out, or have the role describe it.',
    },
  );
}

function judgeSchema(tool: ToolPolicy, args: Record<string, unknown>): CallDecision | null {
  const misfit = tool.schema?.findMisfit(args) ?? null;
  if (misfit === null) return null;
  return denyCall(
    'ArgumentsInvalid',
    { rule: `${tool.rule}.arguments`, level: levelOfExecutor(tool) },
    {
      field: `arguments${misfit.pointer}`,
      found: 'another value',
      required: misfit.required,
      fix: 'Correct the argument.',
    },
  );
}
