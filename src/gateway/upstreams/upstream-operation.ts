import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Credentials } from '../../credentials/credentials.ts';
import type { LoadSlot } from '../../serve/load.ts';
import { decideModelRequest } from '../../policy/models/decide-model-request.ts';
import type { DecidedModelRequest } from '../../policy/models/model-rules.ts';
import type { CallDecision } from '../../policy/tools/call-decision.ts';
import { decideUpstream, type UpstreamRequest } from '../../policy/upstreams/decide-upstream.ts';
import type { Caller } from '../identity/caller.ts';
import type { Call, Operation } from '../pipeline/call.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';
import { type AddedCredential, addCredential, NO_CREDENTIAL } from './add-credential.ts';
import type { Destination } from './destinations.ts';
import { dispatchRequest } from './dispatch-request.ts';
import { type BodyLimits, parseModelBody, readWholeBody } from './read-model-body.ts';
import type { SendServices } from './send-request.ts';
import { hasBody } from './upload.ts';

/** A request for an upstream as it came. */
export interface UpstreamIncoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: string;
  /** What stands behind its name: path and query. */
  readonly target: string;
  /** Where the agent reaches the upstream. */
  readonly gateway: string;
  readonly malformed: string | null;
  /** Room for a body that is read as a whole. It is left when the call has ended. */
  readonly slot: LoadSlot;
}

export interface UpstreamServices extends SendServices {
  readonly credentials: Pick<Credentials, 'get'>;
  readonly bodyLimits: BodyLimits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What is known of a call, as far as it is. */
export interface UpstreamState {
  by: Caller | null;
  request: UpstreamRequest | null;
  /** Set where the body was read as a whole. */
  bytes: Buffer | null;
  /** Set where the body is one for a model: parsed, and then decided. */
  parsed: { readonly value: unknown } | null;
  model: DecidedModelRequest | null;
  destination: Destination | null;
  credential: AddedCredential;
  address: string | null;
}

/** A request that the gateway makes for the agent, with a credential that the agent never sees. */
export function createUpstreamOperation(incoming: UpstreamIncoming, services: UpstreamServices): Operation {
  const state: UpstreamState = {
    by: null,
    request: null,
    bytes: null,
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
    resolve: async (call) => {
      const found = await services.destinations.ofUpstream(requestOf(state).upstream, call.ended.signal);
      if ('refusal' in found) return refuse(found.refusal.reason, { message: found.refusal.message });
      state.destination = found.destination;
      return null;
    },
    obtainCredential: async (call) => {
      const added = await addCredential(call, requestOf(state), bodyOf(state), services);
      if ('refusal' in added) return added.refusal;
      state.credential = added;
      return null;
    },
    dispatch: (call) => dispatchRequest(call, { incoming, services, state }),
    describe: () => describe(incoming, state),
  };
}

/** What a request with its handshake takes beside its body. */
export const MAX_HEAD_BYTES = 16 * 1_024;

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
  return ofModel;
}

export function requestOf({ request }: UpstreamState): UpstreamRequest {
  if (request === null) throw new Error('the request is not decided');
  return request;
}

export interface Around {
  readonly incoming: UpstreamIncoming;
  readonly services: UpstreamServices;
  readonly state: UpstreamState;
}

/** Methods whose requests have a body to decide about. */
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** A body is read as a whole where a model is asked, and where it is signed. Any other is sent as it comes. */
async function readBodyOf(call: Call, { incoming, services, state }: Around): Promise<Refusal | null> {
  const { upstream, method, headers } = requestOf(state);
  const isModel = upstream.llm !== null;
  if (isModel && !WITH_BODY.has(method)) {
    if (!hasBody(incoming.request)) return null;
    return refuse('RequestMalformed', { message: `A request with ${method} must have no body.` });
  }
  const isSigned = upstream.credential?.attach.type === 'AWSSigV4';
  if (!isModel && (!isSigned || headers['x-amz-content-sha256'] !== undefined)) return null;
  const read = await readWholeBody(call, incoming.request, incoming.slot, services.bodyLimits);
  if ('refusal' in read) return read.refusal;
  state.bytes = read.bytes;
  if (!isModel) return null;
  const parsed = parseModelBody(incoming.request, read.bytes);
  if ('refusal' in parsed) return parsed.refusal;
  state.parsed = parsed;
  return null;
}

/** What is sent of a body that was read as a whole; null where it is sent as it comes, or there is none. */
export function bodyOf(state: UpstreamState): Buffer | null {
  if (state.model === null) return state.parsed === null ? state.bytes : null;
  return (state.bytes = Buffer.from(JSON.stringify(state.model.body)));
}

function bodyBytes({ headers }: IncomingMessage, { bytes }: UpstreamState): number {
  return bytes?.length ?? Number(headers['content-length'] ?? 0);
}

function describe(
  { upstream: operation, request: { method = '' } }: UpstreamIncoming,
  { request, address }: UpstreamState,
): ReturnType<Operation['describe']> {
  if (request === null) return { operation };
  const { host, port } = request.upstream;
  return { operation, destination: { host, port, address }, request: { method, path: request.target } };
}
