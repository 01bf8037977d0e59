import type { DecideAddresses } from '../egress/connect-to.ts';
import { type FetchHop, type FetchResult, fetchURL, type HopDecision } from '../egress/fetch-url.ts';
import type { Network } from '../egress/network.ts';
import { type CallDecision, denyCall } from '../../policy/tools/call-decision.ts';
import type { CallPolicy, Narrow } from '../../policy/tools/call-policy.ts';
import { decideCall } from '../../policy/tools/decide-call.ts';
import { decideFetch, type FetchDecision, urlOfCall } from '../../policy/tools/decide-fetch.ts';
import type { Caller } from '../identity/caller.ts';
import type { Call, CallOutcome, Operation } from '../pipeline/call.ts';
import { type Refusal, refusalOfDecision, refuse } from '../pipeline/refusal.ts';
import { callOf, describeToolCall, readOf } from './authorize-operation.ts';
import type { ReadToolCall } from './read-tool-call.ts';

export interface FetchServices {
  readonly network: Network;
  readonly decideAddresses: DecideAddresses;
  /** Called with the response that the agent gets. */
  readonly onResponse: (response: FetchedResponse) => void;
}

export type FetchedResponse = Extract<FetchResult, { readonly response: unknown }>['response'];

/** A request that leaves is its line, its headers and the handshake; nobody sends more without a body. */
const MAX_REQUEST_BYTES = 64 * 1024;
const FIRST_BYTE_MILLISECONDS = 30_000;

/** Fetches the URL that a call of a tool with executor `Fetch` names. */
export function createFetchOperation(read: ReadToolCall, services: FetchServices): Operation {
  let by: Caller | null = null;
  let decided: FetchDecision | null = null;
  let address: string | null = null;
  return {
    event: 'Fetch',
    ...readOf(read),
    authorize: (caller) => {
      by = caller;
      decided = decideFirst(caller, read);
      const { request: _request, ...decision } = decided;
      return decision;
    },
    maxEgressBytes: () => MAX_REQUEST_BYTES,
    resolve: () => null,
    dispatch: async (call) => {
      if (by === null || decided?.request === undefined) throw new Error('the request is not decided');
      const { tool } = callOf(read);
      const limits = by.policy.tools.get(tool)?.limits;
      if (limits === undefined) throw new Error('the tool is not known');
      const maxMilliseconds = limits.maxExecutionSeconds * 1_000;
      const hops: CallDecision[] = [];
      const result = await fetchURL({
        network: services.network,
        decide: (hop) => decideHop(hop, { caller: by as Caller, tool, hops }),
        decideAddresses: services.decideAddresses,
        request: { url: decided.request.href, method: decided.request.method, headers: {}, body: null },
        limits: {
          maxResponseBytes: limits.maxResponseBytes,
          maxMilliseconds,
          firstByteMilliseconds: Math.min(FIRST_BYTE_MILLISECONDS, maxMilliseconds),
        },
        signal: call.ended.signal,
      });
      ({ address } = result.traffic);
      call.usedBytes = result.traffic.bytesUp;
      if ('response' in result) services.onResponse(result.response);
      return outcomeOf(call, result, hops.at(-1));
    },
    describe: () => ({
      ...describeToolCall(read, by),
      ...(decided?.request === undefined
        ? {}
        : {
            destination: { host: decided.request.host, port: decided.request.port, address },
            request: { method: decided.request.method, path: decided.request.target },
          }),
    }),
  };
}

/** By the arguments, and then by the URL in them. */
function decideFirst({ policy, narrow }: Caller, read: ReadToolCall): FetchDecision {
  const call = callOf(read);
  const decision = decideCall(policy, call, narrow, 'Execute');
  if (decision.decision.effect === 'Deny') return decision;
  const tool = policy.tools.get(call.tool);
  const url = tool === undefined ? null : urlOfCall(tool, call.arguments);
  if (tool === undefined || url === null) {
    return denyCall('ArgumentMissing', { rule: tool?.rule ?? 'spec.tools', level: 'Gateway' });
  }
  const fetched = decideByMethod(policy, { tool: call.tool, url }, narrow);
  return fetched.decision.effect === 'Allow' && decision.decision.effect === 'Ask' ? decision : fetched;
}

/** The tool's capabilities select the method: GET where they have it. */
function decideByMethod(
  policy: CallPolicy,
  call: { readonly tool: string; readonly url: string },
  narrow: Narrow | undefined,
): FetchDecision {
  const decision = decideFetch(policy, { ...call, method: 'GET' }, narrow);
  const isOther = decision.decision.effect === 'Deny' && decision.decision.reason === 'MethodNotAllowed';
  return isOther ? decideFetch(policy, { ...call, method: 'POST' }, narrow) : decision;
}

interface HopContext {
  readonly caller: Caller;
  readonly tool: string;
  /** The decisions about the hops, in order. */
  readonly hops: CallDecision[];
}

function decideHop({ url, method }: FetchHop, { caller, tool, hops }: HopContext): HopDecision {
  const decision = decideFetch(caller.policy, { tool, url, method }, caller.narrow);
  hops.push(decision);
  const refusal = refusalOfDecision(decision);
  if (refusal !== null) return { refusal: { reason: refusal.reason, message: refusal.message } };
  const { request } = decision;
  if (request === undefined) throw new Error('the request is not decided');
  return { target: request };
}

function outcomeOf(call: Call, result: FetchResult, hop: CallDecision | undefined): Refusal | CallOutcome {
  const { bytesUp, bytesDown } = result.traffic;
  if ('response' in result) {
    const { status } = result.response;
    return { succeeded: true, reason: 'Answered', status, bytesUp, bytesDown };
  }
  const { reason, message } = result.refusal;
  const refusal = call.cut ?? refuse(reason, { message, rule: hop?.rule ?? null });
  return { succeeded: false, reason: refusal.reason, bytesUp, bytesDown, refusal };
}
