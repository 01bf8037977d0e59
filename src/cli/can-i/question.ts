import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { decideConnect } from '../../policy/egress/decide-connect.ts';
import type { CallDecision } from '../../policy/tools/call-decision.ts';
import type { CallPolicy } from '../../policy/tools/call-policy.ts';
import { decideCall, type ToolCall } from '../../policy/tools/decide-call.ts';
import { askFetch } from './ask-fetch.ts';

/** What is asked, as the flags say it. */
export interface AskedFlags {
  readonly tool?: string;
  readonly arguments?: string;
  readonly connect?: string;
  readonly fetch?: string;
  readonly method?: string;
}

export interface Answer extends CallDecision {
  /** What a reader has to know beside the decision; null where there is nothing. */
  readonly note: string | null;
}

/** How the answer is found, or why nothing can be asked. */
export type Question = { readonly answer: (policy: CallPolicy) => Answer } | { readonly problem: string };

export function chooseQuestion(flags: AskedFlags): Question {
  const problem = findConflict(flags);
  if (problem !== null) return { problem };
  const { tool, connect, fetch: url, method } = flags;
  if (connect !== undefined) {
    return { answer: (policy) => ({ ...decideConnect(policy, connect), note: null }) };
  }
  const args = parseArguments(flags.arguments);
  if ('problem' in args) return args;
  if (url !== undefined) {
    const question = { url, method, arguments: args.value };
    return { answer: (policy) => ({ ...askFetch(policy, tool, question), note: null }) };
  }
  if (tool === undefined) return { problem: 'nothing is asked; give --tool, --connect or --fetch' };
  return { answer: (policy) => answerCall(policy, { tool, arguments: args.value }) };
}

function findConflict({ tool, arguments: args, connect, fetch: url, method }: AskedFlags): string | null {
  if (connect !== undefined && (url !== undefined || args !== undefined)) {
    return 'give only one of --connect, --arguments and --fetch';
  }
  if (connect !== undefined && tool !== undefined) {
    return 'a connection has no tool; remove --tool or --connect';
  }
  if (method !== undefined && url === undefined) return 'only --fetch has a method; remove --method';
  return args !== undefined && tool === undefined && url === undefined
    ? '--arguments are those of a tool; give --tool'
    : null;
}

function parseArguments(
  text = '{}',
): { readonly value: Readonly<Record<string, unknown>> } | { readonly problem: string } {
  const parsed = parseStrictJson(text);
  if ('problem' in parsed) return { problem: `--arguments cannot be read: ${parsed.problem}` };
  const { value } = parsed;
  if (isRecord(value)) return { value };
  const found = value === null ? 'null' : show(value);
  return { problem: `--arguments is ${found}; it must be a JSON object, and {} for none` };
}

function answerCall(policy: CallPolicy, call: ToolCall): Answer {
  const executor = policy.tools.get(call.tool)?.executor;
  const isCarried = executor !== 'MCP' && executor !== 'Upstream';
  const note = isCarried
    ? null
    : `this release does not carry executor ${executor}: /v1/authorize explains the call, and nothing makes it`;
  return { ...decideCall(policy, call), note };
}
