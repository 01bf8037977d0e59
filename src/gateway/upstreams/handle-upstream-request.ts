import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GATE_PROTOCOL } from '../../lib/gate-protocol.ts';
import { canonicalAddress } from '../../lib/ip-address.ts';
import type { Load } from '../../serve/load.ts';
import { type RequestProblem, sendJsonProblem } from '../../serve/problem.ts';
import { asksForWebSocket } from '../../policy/upstreams/web-socket-handshake.ts';
import type { ConnectionEnds } from '../connection-limiter.ts';
import type { ReadProof } from '../identity/read-proof.ts';
import { readUpstreamProof } from '../identity/read-upstream-proof.ts';
import type { HeldBytes } from '../limits/byte-room.ts';
import { bodyOf, statusOf } from '../pipeline/answer.ts';
import { type Call, createCall, type PipelineServices } from '../pipeline/call.ts';
import { runCall } from '../pipeline/pipeline.ts';
import type { Refusal } from '../pipeline/refusal.ts';
import { createUpstreamOperation } from './upstream-operation.ts';
import type { UpstreamServices } from './upstream-state.ts';

export interface UpstreamHandlerOptions {
  readonly services: PipelineServices;
  readonly upstreams: UpstreamServices;
  /** Of requests for upstreams alone: a stream may last for hours. */
  readonly load: Load;
  /** Lets a connection last so long from now on; null: as long as it takes. */
  readonly keep: (connection: ConnectionEnds, milliseconds: number | null) => void;
  /** Called for a request that is answered before it is a call, with the reason of its problem. */
  readonly onProblem: (reason: string) => void;
}

/** What the path of a request for an upstream begins with. */
export const UPSTREAMS_PATH = '/upstreams/';

/** Whether a request may begin a WebSocket at an upstream: its connection is given away then, and nothing reads a body. */
export function mayUpgrade({ method, url = '', headers, rawHeaders }: IncomingMessage): boolean {
  const hasNoBody = headers['transfer-encoding'] === undefined && headers['content-length'] === undefined;
  return method === 'GET' && hasNoBody && url.startsWith(UPSTREAMS_PATH) && asksForWebSocket(rawHeaders);
}

/** Of a connection whose caller was identified, while no response is on its way. */
export const MAX_KEPT_MILLISECONDS = 3_600_000;

/** Answers a request for an upstream. Never rejects. */
export async function handleUpstreamRequest(
  options: UpstreamHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const slot = options.load.enter();
  if (slot === null) {
    sendJsonProblem(response, OVERLOADED);
    options.onProblem(OVERLOADED.reason);
    return;
  }
  const held = options.upstreams.requestRoom.enter();
  try {
    await answerCall(options, { request, response }, held);
  } catch (error) {
    // The call is recorded by now, so what failed is its answer.
    options.services.log.error({ err: error }, 'an answer could not be sent');
    response.destroy();
  } finally {
    held.leave();
    slot.leave();
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answerCall(
  { services, upstreams, keep }: UpstreamHandlerOptions,
  { request, response }: Exchange,
  held: HeldBytes,
): Promise<void> {
  const { socket, rawHeaders } = request;
  const asked = readPath(request);
  const operation = createUpstreamOperation(
    { request, response, held, malformed: problemOf(request, asked), ...asked },
    upstreams,
  );
  const address = canonicalAddress(socket.remoteAddress ?? '') ?? '';
  const call = createCall({ uid: randomUUID(), operation, address, proof: proofOf(rawHeaders) });
  // The timeouts of the upstream say how long a response may last.
  call.onIdentified = () => keep(socket, null);
  const onClose = (): void => {
    // It closes too when all of it was sent, which may be before anybody waits for that.
    if (!response.writableFinished) call.onClientGone();
  };
  response.once('close', onClose);
  const result = await runCall(call, services);
  response.off('close', onClose);
  if (call.caller !== null) keep(socket, MAX_KEPT_MILLISECONDS);
  const refusal = 'refusal' in result ? result.refusal : (result.outcome.refusal ?? null);
  if (refusal === null && response.writableEnded) return;
  // What has begun and is not whole must not pass for whole.
  if (refusal === null || response.headersSent) response.destroy();
  else refuseCall(call, refusal, { request, response });
}

function proofOf(rawHeaders: readonly string[]): ReadProof {
  const read = readUpstreamProof(rawHeaders);
  return 'problem' in read ? read : { ...read, rest: [] };
}

interface AskedPath {
  readonly upstream: string;
  readonly target: string;
  readonly gateway: string;
}

const HOST = /^[a-z0-9.-]{1,253}(?::\d{1,5})?$/i;

function readPath({ url = '', headers }: IncomingMessage): AskedPath {
  const rest = url.slice(UPSTREAMS_PATH.length);
  const end = rest.search(/[/?]/);
  const upstream = end === -1 ? rest : rest.slice(0, end);
  const { host = '' } = headers;
  const authority = HOST.test(host) ? host : `${GATE_PROTOCOL.host}:${GATE_PROTOCOL.port}`;
  const gateway = `https://${authority}${UPSTREAMS_PATH}${upstream}`;
  return { upstream, target: end === -1 ? '' : rest.slice(end), gateway };
}

/** Returns why a request is malformed; null where it is not. */
function problemOf({ rawHeaders }: IncomingMessage, { target }: AskedPath): string | null {
  const names = rawHeaders.filter((_name, index) => index % 2 === 0).map((name) => name.toLowerCase());
  if (names.filter((name) => name === 'host').length > 1) return 'The request has more than one Host header.';
  // The key would go on with it.
  if (/[?&]x-amz-(?:credential|signature|security-token)=/i.test(target)) {
    return 'The URL is signed; sign with headers, or not at all.';
  }
  return null;
}

function refuseCall(call: Call, refusal: Refusal, { request, response }: Exchange): void {
  if (response.destroyed) return;
  const status = statusOf(refusal, 401);
  // The rest of a body that nobody reads is not read as a request.
  if (call.caller === null || !request.complete) response.setHeader('Connection', 'close');
  if (refusal.retrySeconds !== undefined) response.setHeader('Retry-After', refusal.retrySeconds);
  if (status === 401)
    response.setHeader('WWW-Authenticate', 'Basic realm="cloister", Bearer realm="cloister"');
  const { reason: type, message } = refusal;
  // SDKs of model vendors show what is in `error`.
  const body = JSON.stringify({ ...bodyOf(refusal, status), error: { type, message } });
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(status).end(body);
}

const OVERLOADED: RequestProblem = Object.freeze({
  reason: 'Overloaded',
  status: 503,
  text: 'the gateway has as many requests for upstreams as it takes; try again',
  retry: true,
  close: true,
});
