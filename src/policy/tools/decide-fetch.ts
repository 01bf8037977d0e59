import { type CallDecision, denyCall } from './call-decision.ts';
import type { CallPolicy, Narrow, ToolPolicy } from './call-policy.ts';

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

/** Decides a request, and every request that a redirect leads to. */
export function decideFetch(_policy: CallPolicy, _call: FetchCall, _narrow?: Narrow): FetchDecision {
  return denyCall('ToolNotAllowed', { rule: 'spec.tools', level: 'Gateway' });
}

/** The URL that a call of a tool with executor `Fetch` names; null where it names none. */
export function urlOfCall(_tool: ToolPolicy, _args: unknown): string | null {
  return null;
}
