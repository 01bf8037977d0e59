import type { IncomingMessage } from 'node:http';
import { decideModelRequest } from '../../policy/models/decide-model-request.ts';
import type { CallDecision } from '../../policy/tools/call-decision.ts';
import { decideUpstream, METHODS_WITH_BODY } from '../../policy/upstreams/decide-upstream.ts';
import type { Caller } from '../identity/caller.ts';
import type { Call, Operation } from '../pipeline/call.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';
import { addCredential } from './add-credential.ts';
import { dispatchRequest } from './dispatch-request.ts';
import { parseModelBody, readWholeBody } from './read-model-body.ts';
import { hasBody } from './upload.ts';
import { dispatchWebSocket } from './web-socket/dispatch-web-socket.ts';
import { UpgradeResponse } from '../../serve/upgrade-response.ts';
import {
  type Around,
  MAX_HEAD_BYTES,
  NO_CREDENTIAL,
  requestOf,
  type UpstreamIncoming,
  type UpstreamServices,
  type UpstreamState,
} from './upstream-state.ts';

/** A request that the gateway makes for the agent, with a credential that the agent never sees. */
export function createUpstreamOperation(incoming: UpstreamIncoming, services: UpstreamServices): Operation {
  const state: UpstreamState = {
    by: null,
    request: null,
    body: null,
    parsed: null,
    model: null,
    destination: null,
    credential: NO_CREDENTIAL,
    address: null,
  };
  return {
    event: 'Upstream',
    tool: null,
    malformed: incoming.malformed,
    isReadable: true,
    authorize: (caller) => authorize(caller, incoming, state),
    readBody: (call) => readBodyOf(call, { incoming, services, state }),
    reservedTokens: () => state.model?.reservedTokens ?? 0,
    firstEgressBytes: () => MAX_HEAD_BYTES + bodyBytes(incoming.request, state),
    // A response is passed on as it comes.
    takeRoom: () => null,
    resolve: async (call) => {
      if (requestOf(state).webSocket !== null && !(incoming.response instanceof UpgradeResponse)) {
        return refuse('RequestMalformed', { message: 'A WebSocket begins with GET and without a body.' });
      }
      const found = await services.destinations.ofUpstream(requestOf(state).upstream, call.ended.signal);
      if ('refusal' in found) return refuse(found.refusal.reason, { message: found.refusal.message });
      state.destination = found.destination;
      return null;
    },
    obtainCredential: async (call) => {
      const added = await addCredential(call, requestOf(state), state.body, services);
      if ('refusal' in added) return added.refusal;
      state.credential = added;
      return null;
    },
    dispatch: (call) => {
      const dispatch = requestOf(state).webSocket === null ? dispatchRequest : dispatchWebSocket;
      return dispatch(call, { incoming, services, state });
    },
    describe: () => describe(incoming, state),
  };
}

function authorize(caller: Caller, incoming: UpstreamIncoming, state: UpstreamState): CallDecision {
  const { upstream, target, request: asked } = incoming;
  const { method = '', rawHeaders: headers } = asked;
  state.by = caller;
  const { request = null, ...decision } = decideUpstream(caller.policy, {
    upstream,
    method,
    target,
    headers,
  });
  state.request = request;
  const llm = request?.upstream.llm ?? null;
  if (request === null || llm === null || state.parsed === null) return decision;
  const path = `${request.upstream.basePath}${request.path}`;
  const decided = decideModelRequest(llm, { path, body: state.parsed.value }, `${request.upstream.rule}.llm`);
  const { request: model, ...ofModel } = decided;
  state.model = model ?? null;
  // Nothing else of what the agent sent may leave.
  state.body = model === undefined ? null : Buffer.from(JSON.stringify(model.body));
  return ofModel;
}

/** A body is read as a whole where a model is asked, and where it is signed. Any other is sent as it comes. */
async function readBodyOf(call: Call, { incoming, services, state }: Around): Promise<Refusal | null> {
  const { upstream, method, headers, webSocket } = requestOf(state);
  if (webSocket !== null) {
    // What is signed is that there is none.
    state.body = Buffer.alloc(0);
    return null;
  }
  const isModel = upstream.llm !== null;
  if (isModel && !METHODS_WITH_BODY.has(method)) {
    if (!hasBody(incoming.request)) return null;
    return refuse('RequestMalformed', { message: `A request with ${method} must have no body.` });
  }
  const isSigned = upstream.credential?.attach.type === 'AWSSigV4';
  if (!isModel && (!isSigned || headers['x-amz-content-sha256'] !== undefined)) return null;
  const read = await readWholeBody(call, incoming.request, incoming.held, services.bodyLimits);
  if ('refusal' in read) return read.refusal;
  if (!isModel) {
    state.body = read.bytes;
    return null;
  }
  const parsed = parseModelBody(incoming.request, read.bytes);
  if ('refusal' in parsed) return parsed.refusal;
  state.parsed = parsed;
  return null;
}

function bodyBytes({ headers }: IncomingMessage, { body }: UpstreamState): number {
  return body?.length ?? Number(headers['content-length'] ?? 0);
}

function describe(
  { upstream: operation, request: { method = '' } }: UpstreamIncoming,
  { request, address }: UpstreamState,
): ReturnType<Operation['describe']> {
  if (request === null) return { operation };
  const { host, port } = request.upstream;
  return { operation, destination: { host, port, address }, request: { method, path: request.target } };
}
