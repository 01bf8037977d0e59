import { isRecord } from '../../lib/is-record.ts';
import { memberOf } from '../../lib/json-pointer.ts';
import { denyCall } from './call-decision.ts';
import type { CallPolicy, Narrow, ToolPolicy } from './call-policy.ts';
import { decideCall, type ToolCall } from './decide-call.ts';
import { decideFetch, type FetchDecision, urlOfCall } from './decide-fetch.ts';

/** Decides a call of a tool with executor `Fetch`: by all of its arguments, and then by the URL in them. */
export function decideFetchCall(policy: CallPolicy, call: ToolCall, narrow?: Narrow): FetchDecision {
  const decision = decideCall(policy, call, narrow, 'Fetch');
  if (decision.decision.effect === 'Deny') return decision;
  const tool = policy.tools.get(call.tool);
  const url = tool === undefined ? null : urlOfCall(tool, call.arguments);
  if (tool === undefined || url === null) {
    return denyCall('ArgumentMissing', { rule: tool?.rule ?? 'spec.tools', level: 'Gateway' });
  }
  const fetched = decideFetch(policy, { tool: call.tool, url, method: methodOfTool(tool) }, narrow);
  return fetched.decision.effect === 'Allow' && decision.decision.effect === 'Ask' ? decision : fetched;
}

/** The method with which a tool fetches: its capabilities select it. */
export function methodOfTool({ capabilities }: ToolPolicy): 'GET' | 'POST' {
  return capabilities.has('net:http:get') ? 'GET' : 'POST';
}

/** Arguments with the URL where a tool with executor `Fetch` expects it; as they are for any other tool. */
export function withURL(tool: ToolPolicy, args: Readonly<Record<string, unknown>>, url: string): unknown {
  const rule = tool.executor === 'Fetch' ? tool.domains[0] : undefined;
  return rule === undefined ? args : withMember(args, rule.tokens, url);
}

function withMember(value: unknown, [token, ...tokens]: readonly string[], member: unknown): unknown {
  if (token === undefined) return member;
  const others = isRecord(value) ? value : {};
  return { ...others, [token]: withMember(memberOf(value, token), tokens, member) };
}
