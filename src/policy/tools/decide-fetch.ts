import { valueAt } from '../../lib/json-pointer.ts';
import { show } from '../../lib/show.ts';
import { allowCall, type CallDecision, denyCall } from './call-decision.ts';
import type { CallPolicy, Narrow, ToolPolicy } from './call-policy.ts';
import { refuseTool } from './decide-call.ts';
import { judgeURL } from './judge-rules.ts';

/** A request that the gateway is asked to make for a tool with executor `Fetch`, or that a redirect leads to. */
export interface FetchCall {
  readonly tool: string;
  readonly url: string;
  readonly method: string;
}

/** The request that was decided. It is the only thing that may be sent: nothing is read from the URL a second time. */
export interface FetchRequest {
  readonly method: 'GET' | 'POST';
  /** Canonical. */
  readonly host: string;
  readonly port: 443;
  /** Path and query, as they are sent. */
  readonly target: string;
  /** The same as one URL, for the audit and as the base of a redirect. */
  readonly href: string;
}

/** `request` is set where the call is allowed. */
export interface FetchDecision extends CallDecision {
  readonly request?: FetchRequest;
}

const CAPABILITIES = { GET: 'net:http:get', POST: 'net:http:post' } as const;

/**
 * Decides a request, and every request that a redirect leads to. The arguments of the call are decided by `decideCall`; the
 * URL is held to the first of the tool's rules about domains.
 */
export function decideFetch(policy: CallPolicy, call: FetchCall, narrow?: Narrow): FetchDecision {
  const refusal = refuseTool(policy, call.tool, narrow);
  if (refusal !== null) return { ...refusal, level: 'Gateway' };
  const tool = policy.tools.get(call.tool);
  const rule = tool?.domains[0];
  if (tool?.executor !== 'Fetch' || rule === undefined) return denyExecutor(tool);
  const method = methodOf(tool, call.method);
  if (method === null) return denyMethod(tool, call.method);
  const place = { field: 'url', found: show(call.url) };
  const judged = judgeURL(call.url, rule, { level: 'Gateway', place });
  if ('refusal' in judged) return judged.refusal;
  const { host, target, href } = judged.url;
  const request = { method, host, port: 443, target, href } as const;
  return { ...allowCall({ rule: `${rule.rule}.allow`, level: 'Gateway' }), request };
}

/** The URL that a call of a tool with executor `Fetch` names; null where it names none. */
export function urlOfCall(tool: ToolPolicy, args: unknown): string | null {
  const rule = tool.executor === 'Fetch' ? tool.domains[0] : undefined;
  const value = rule === undefined ? undefined : valueAt(args, rule.tokens);
  return typeof value === 'string' ? value : null;
}

function methodOf({ capabilities }: ToolPolicy, method: string): 'GET' | 'POST' | null {
  if (method !== 'GET' && method !== 'POST') return null;
  return capabilities.has(CAPABILITIES[method]) ? method : null;
}

function denyMethod({ rule, capabilities }: ToolPolicy, method: string): FetchDecision {
  const methods = Object.entries(CAPABILITIES).flatMap(([name, one]) =>
    capabilities.has(one) ? [name] : [],
  );
  return denyCall(
    'MethodNotAllowed',
    { rule: `${rule}.capabilities`, level: 'Gateway' },
    {
      field: 'method',
      found: show(method),
      required: `must be ${methods.join(' or ')}`,
      fix: 'Use another method, or have the role add its capability.',
    },
  );
}

function denyExecutor(tool: ToolPolicy | undefined): FetchDecision {
  const rule = tool === undefined ? 'spec.tools' : `${tool.rule}.executor`;
  return denyCall(
    'ToolNotCarried',
    { rule, level: 'Gateway' },
    {
      field: 'tool',
      found: `a tool with executor ${tool?.executor ?? 'not set'}`,
      required: 'must be a tool with executor Fetch',
      fix: 'Call a tool that fetches.',
    },
  );
}
