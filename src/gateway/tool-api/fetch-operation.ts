import type { AuditLog } from '../../audit/audit-log.ts';
import type { AuditRecordInput } from '../../audit/audit-record-input.ts';
import type { ExchangeWorld } from '../egress/fetch-exchange.ts';
import { type FetchResult, fetchURL, type HopDecision } from '../egress/fetch-url.ts';
import { isRecord } from '../../lib/is-record.ts';
import { type CallDecision, isAllowed } from '../../policy/tools/call-decision.ts';
import type { Reason } from '../../policy/reasons.ts';
import type { ToolPolicy } from '../../policy/tools/call-policy.ts';
import { decideFetch, type FetchDecision, type FetchRequest } from '../../policy/tools/decide-fetch.ts';
import { decideFetchCall } from '../../policy/tools/decide-fetch-call.ts';
import type { Caller } from '../identity/caller.ts';
import type { HeldBytes } from '../limits/byte-room.ts';
import type { Call, CallOutcome, Operation } from '../pipeline/call.ts';
import { beginRedirect } from '../pipeline/record-redirect.ts';
import { type Refusal, refusalOfDecision, refuse } from '../pipeline/refusal.ts';
import { callOf, describeToolCall, readOf } from './authorize-operation.ts';
import type { ReadToolCall } from './read-tool-call.ts';

export interface FetchServices extends ExchangeWorld {
  /** Called with the response that the agent gets. */
  readonly onResponse: (response: FetchedResponse) => void;
  readonly audit: AuditLog;
  /** What the response holds until the agent has read it. */
  readonly held: HeldBytes;
}

export type FetchedResponse = Extract<FetchResult, { readonly response: unknown }>['response'];

/** Taken before anything leaves; what a response has beyond it is taken as it comes. */
const FIRST_RESPONSE_BYTES = 256 * 1024;
const FIRST_BYTE_MILLISECONDS = 30_000;
/** What a request with its handshake takes beside its body. */
const MAX_HEAD_BYTES = 16 * 1024;
/** Three redirects are followed. */
const MAX_REQUESTS = 4;

/** What is decided about a fetch, as far as it is. */
interface Fetch {
  caller: Caller;
  tool: ToolPolicy;
  request: FetchRequest;
  body: Buffer | null;
}

/** Fetches the URL that a call of a tool with executor `Fetch` names. */
export function createFetchOperation(read: ReadToolCall, services: FetchServices): Operation {
  let by: Caller | null = null;
  let fetch: Fetch | null = null;
  let address: string | null = null;
  return {
    event: 'Fetch',
    ...readOf(read),
    authorize: (caller) => {
      by = caller;
      const { request, ...decision } = decideFetchCall(caller.policy, callOf(read), caller.narrow);
      fetch = request === undefined ? null : fetchOf(caller, read, request);
      return decision;
    },
    firstEgressBytes: () => MAX_REQUESTS * (MAX_HEAD_BYTES + (fetch?.body?.length ?? 0)),
    takeRoom: ({ podUID }) => {
      const { maxResponseBytes = 0 } = fetch?.tool.limits ?? {};
      return services.held.hold(podUID, Math.min(FIRST_RESPONSE_BYTES, maxResponseBytes));
    },
    resolve: () => null,
    dispatch: async (call) => {
      if (fetch === null) throw new Error('the request is not decided');
      const state: RunState = { hop: null, refusal: null };
      const result = await run(fetch, { call, services, state });
      ({ address } = result.traffic);
      call.usedBytes = result.traffic.bytesUp;
      if ('response' in result) services.onResponse(result.response);
      return outcomeOf(call, result, { tool: fetch.tool, ...state });
    },
    describe: () => ({ ...describeToolCall(read, by), ...describeRequest(fetch, address) }),
  };
}

function describeRequest(
  fetch: Fetch | null,
  address: string | null,
): Pick<AuditRecordInput, 'destination' | 'request'> {
  if (fetch === null) return {};
  const { host, port, method, target } = fetch.request;
  return { destination: { host, port, address }, request: { method, path: target } };
}

function fetchOf(caller: Caller, read: ReadToolCall, request: FetchRequest): Fetch {
  const { tool: name, arguments: args } = callOf(read);
  const tool = caller.policy.tools.get(name);
  if (tool === undefined) throw new Error('the tool is not known');
  // With POST, the arguments beside the URL are the body.
  const body =
    request.method === 'POST'
      ? Buffer.from(JSON.stringify(withoutMember(args, tool.domains[0]?.tokens ?? [])))
      : null;
  return { caller, tool, request, body };
}

/** What is found while a fetch runs. */
interface RunState {
  /** The decision about the last hop. */
  hop: CallDecision | null;
  /** Why a redirect was not followed, or why there was no room for more of the response. */
  refusal: Refusal | null;
}

interface Run {
  readonly call: Call;
  readonly services: FetchServices;
  readonly state: RunState;
}

function run({ caller, tool, request, body }: Fetch, { call, services, state }: Run): Promise<FetchResult> {
  const { maxResponseBytes, maxExecutionSeconds } = tool.limits;
  const maxMilliseconds = maxExecutionSeconds * 1_000;
  return fetchURL({
    ...services,
    decide: async (hop, number) => {
      const decision = decideFetch(caller.policy, { ...hop, tool: tool.name }, caller.narrow);
      state.hop = decision;
      if (number === 0) return hopOf(decision);
      const begun = await beginRedirect(call, { hop, decision, number }, services.audit);
      if ('onEnd' in begun) return { ...hopOf(decision), ...begun };
      state.refusal = begun.refusal;
      return begun;
    },
    request: {
      url: request.href,
      method: request.method,
      headers: body === null ? {} : { 'content-type': 'application/json' },
      body,
    },
    hold: (bytes) => (state.refusal = services.held.hold(caller.podUID, bytes)),
    limits: {
      maxResponseBytes,
      maxMilliseconds,
      firstByteMilliseconds: Math.min(FIRST_BYTE_MILLISECONDS, maxMilliseconds),
    },
    signal: call.ended.signal,
  });
}

function hopOf({ request, ...decision }: FetchDecision): HopDecision {
  const refusal = refusalOfDecision(decision);
  if (refusal !== null) return { refusal: { reason: refusal.reason, message: refusal.message } };
  if (request === undefined) throw new Error('the request is not decided');
  return { target: request };
}

/** A copy of a value without what is at a path. */
function withoutMember(value: unknown, [token, ...tokens]: readonly string[]): unknown {
  if (token === undefined || !isRecord(value) || !Object.hasOwn(value, token)) return value;
  const { [token]: member, ...others } = value;
  return tokens.length === 0 ? others : { ...others, [token]: withoutMember(member, tokens) };
}

/** The fields of a tool that bound its responses. */
const BOUNDS: Readonly<Partial<Record<Reason, string>>> = {
  ResponseTooLarge: 'maxResponseSize',
  ResponseTimedOut: 'maxExecutionSeconds',
};

interface Ran extends Readonly<RunState> {
  readonly tool: ToolPolicy;
}

function outcomeOf(call: Call, result: FetchResult, { tool, hop, refusal: found }: Ran): CallOutcome {
  const { bytesUp, bytesDown } = result.traffic;
  if ('response' in result) {
    const { status } = result.response;
    return { succeeded: true, reason: 'Answered', status, bytesUp, bytesDown };
  }
  const { reason, message } = result.refusal;
  const bound = BOUNDS[reason];
  const ofHop = hop !== null && !isAllowed(hop) ? hop.rule : null;
  const rule = bound === undefined ? ofHop : `${tool.rule}.${bound}`;
  const refusal = call.cut ?? found ?? refuse(reason, { message, rule });
  return { succeeded: false, reason: refusal.reason, bytesUp, bytesDown, refusal };
}
