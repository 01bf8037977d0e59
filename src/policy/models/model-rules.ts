import type { AgentRole } from '../../api/agent-role.ts';
import type { CallDecision } from '../tools/call-decision.ts';

/** The rules of a role for a model vendor, with the defaults filled in. */
export type Llm = NonNullable<AgentRole['spec']['upstreams'][number]['llm']>;

/** How requests are read. */
export type ModelAPI = Llm['api'];

/** A request for a model vendor. */
export interface ModelRequest {
  /** Path as it is sent, with or without the path of `baseURL`. */
  readonly path: string;
  /** Parsed JSON, as `parseStrictJson` returns it. */
  readonly body: unknown;
}

/** The request that was decided. It is the only thing that may be sent. */
export interface DecidedModelRequest {
  /** To be written as JSON again: nothing else of what the agent sent may leave. */
  readonly body: unknown;
  /** What has to be reserved of the day's tokens before it is sent: its input, as estimated, and all that it may make. */
  readonly reservedTokens: number;
  /** The part of it that is the input. */
  readonly inputTokens: number;
  /** Whether the gateway, and not the agent, asked for the event that tells the usage of a stream. */
  readonly addsUsageEvent: boolean;
}

/** `request` is set where the call is allowed. */
export interface ModelDecision extends CallDecision {
  readonly request?: DecidedModelRequest;
}
