import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Credentials } from '../../credentials/credentials.ts';
import { canonicalAddress } from '../../lib/ip-address.ts';
import { readBody } from '../../serve/body.ts';
import type { Load } from '../../serve/load.ts';
import type { ServerLimits } from '../../serve/limits.ts';
import { endUnread, onceEnded } from '../../serve/response-end.ts';
import { isRequestProblem, type RequestProblem, sendJsonProblem } from '../../serve/problem.ts';
import type { ConnectionEnds } from '../connection-limiter.ts';
import { readProof } from '../identity/read-proof.ts';
import type { HeldBytes, ByteRoom } from '../limits/byte-room.ts';
import { bodyOf, statusOf } from '../pipeline/answer.ts';
import {
  type Call,
  type CallResult,
  createCall,
  type Operation,
  type PipelineServices,
} from '../pipeline/call.ts';
import { runCall } from '../pipeline/pipeline.ts';
import type { Refusal } from '../pipeline/refusal.ts';
import { createRowWriter, type RowWriter } from '../sql/row-writer.ts';
import { createSqlOperation, type SqlServices, type SqlWorld } from '../sql/sql-operation.ts';
import { createAuthorizeOperation } from './authorize-operation.ts';
import { createCredentialsOperation, type CredentialsServices } from './credentials-operation.ts';
import { createFetchOperation, type FetchedResponse, type FetchServices } from './fetch-operation.ts';
import { encodeResponse } from './encode-response.ts';
import { readToolCall } from './read-tool-call.ts';
import { METHODS, problemOf, type ToolRoute } from './tool-routes.ts';

export interface ToolHandlerOptions {
  readonly services: PipelineServices;
  readonly fetching: Omit<FetchServices, 'onResponse' | 'held' | 'audit'>;
  readonly sql: SqlWorld;
  readonly credentials: Pick<Credentials, 'wipe'>;
  /** `unreadMilliseconds` is how long an agent may take to read a response. */
  readonly limits: Pick<ServerLimits, 'maxBodyBytes' | 'deadlineMilliseconds'> & {
    readonly unreadMilliseconds: number;
  };
  readonly room: ByteRoom;
  readonly load: Load;
  /** Called where the caller of a connection was identified: it may be used again. */
  readonly keep: (connection: ConnectionEnds) => void;
  /** Called for a request that is answered before it is a call, with the reason of its problem. */
  readonly onProblem: (reason: string) => void;
}

/** Answers a request about a tool. Never rejects. */
export async function handleToolRequest(
  options: ToolHandlerOptions,
  route: ToolRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const slot = options.load.enter();
  if (slot === null) return overload(options, response);
  const held = options.room.enter();
  try {
    const problem = problemOf(route, request);
    const body = problem ?? (await readBody(request, slot, options.limits));
    if (body === null) return undefined;
    const exchange = { route, request, response, held };
    if (!isRequestProblem(body)) return await answerCall(options, exchange, { body });
    if (body.reason === 'Overloaded') return overload(options, response);
    // It is a call as well, that is refused and recorded like any other.
    return await answerCall(options, exchange, { problem: `${body.text}.` }, body);
  } catch (error) {
    // The call is recorded by now, so what failed is its answer.
    options.services.log.error({ err: error }, 'an answer could not be sent');
    response.destroy();
  } finally {
    endUnread(response, options.limits.unreadMilliseconds);
    onceEnded(response, () => {
      slot.leave();
      held.leave();
    });
  }
}

function overload({ onProblem, limits }: ToolHandlerOptions, response: ServerResponse): void {
  sendJsonProblem(response, OVERLOADED);
  endUnread(response, limits.unreadMilliseconds);
  onProblem(OVERLOADED.reason);
}

/** The body of a request, or why it cannot be read, in one sentence. */
type ReadBody = { readonly body: Buffer } | { readonly problem: string };

interface Exchange {
  readonly route: ToolRoute;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly held: HeldBytes;
}

/** What the answer has beside the decision. */
interface Found {
  readonly fetched?: FetchedResponse;
  readonly wiped?: number;
}

/** `problem` is why the call could not be read, where it has a status of its own. */
async function answerCall(
  { services, fetching, sql, credentials, keep }: ToolHandlerOptions,
  { route, request, response, held }: Exchange,
  read: ReadBody,
  problem?: RequestProblem,
): Promise<void> {
  let found: Found = {};
  const rows = createRowWriter(response);
  const operation = operationOf(route, read, {
    ...fetching,
    sql: { ...sql, held, rows },
    held,
    audit: services.audit,
    credentials,
    onResponse: (fetched) => (found = { fetched }),
    onWiped: (wiped) => (found = { wiped }),
  });
  const { socket, rawHeaders } = request;
  const address = canonicalAddress(socket.remoteAddress ?? '') ?? '';
  const call = createCall({ uid: randomUUID(), operation, address, proof: readProof(rawHeaders) });
  // It may run for as long as its tool does.
  call.onIdentified = () => keep(socket);
  response.once('close', call.onClientGone);
  const result = await runCall(call, services);
  response.off('close', call.onClientGone);
  if (call.caller === null || problem !== undefined) response.setHeader('Connection', 'close');
  const refusal = refusalOf(result);
  if (rows.hasBegun()) return endRows(rows, refusal);
  if (refusal === null) return send(response, 200, allowed(call, found));
  const status = statusOfCall(call, { refusal, route, problem });
  if (refusal.retrySeconds !== undefined) response.setHeader('Retry-After', refusal.retrySeconds);
  if (status === 401)
    response.setHeader('WWW-Authenticate', 'Bearer realm="cloister", Basic realm="cloister"');
  if (status === 405) response.setHeader('Allow', METHODS[route]);
  return send(response, status, { ...bodyOf(refusal, status), remaining: call.remaining });
}

/** A result that has begun has its status. What went wrong afterwards is its last line. */
function endRows(rows: RowWriter, refusal: Refusal | null): void {
  if (refusal === null) return rows.end();
  const { reason, message, sqlState = null } = refusal;
  rows.writeLast({ error: { reason, sqlState, message } });
  return rows.end();
}

interface OperationServices extends FetchServices, CredentialsServices {
  readonly sql: SqlServices;
}

function operationOf(route: ToolRoute, read: ReadBody, services: OperationServices): Operation {
  if (route === 'WipeCredentials') {
    const hasBody = 'body' in read && read.body.length > 0;
    const malformed = hasBody ? 'The request has a body; it must have none.' : null;
    return createCredentialsOperation('problem' in read ? read.problem : malformed, services);
  }
  const call = 'problem' in read ? read : readToolCall(read.body);
  if (route === 'SQL') return createSqlOperation(call, services.sql);
  return route === 'Authorize' ? createAuthorizeOperation(call) : createFetchOperation(call, services);
}

interface Refused {
  readonly refusal: Refusal;
  readonly route: ToolRoute;
  readonly problem: RequestProblem | undefined;
}

function statusOfCall({ decision }: Call, { refusal, route, problem }: Refused): number {
  const status = statusOf(refusal, 401);
  if (problem !== undefined && refusal.reason === 'RequestMalformed') return problem.status;
  // To be asked is not to be refused: the answer to a question about a call is found.
  return route === 'Authorize' && decision !== null && status === 403 ? 200 : status;
}

function refusalOf(result: CallResult): Refusal | null {
  return 'refusal' in result ? result.refusal : (result.outcome.refusal ?? null);
}

function allowed({ decision, remaining }: Call, { fetched, wiped }: Found): object {
  const { rule = null, level = null } = decision ?? {};
  const common = { status: 200, decision: 'Allow', reason: null, message: null, rule, level, remaining };
  if (wiped !== undefined) return { ...common, wiped };
  return fetched === undefined ? common : { ...common, response: encodeResponse(fetched) };
}

function send(response: ServerResponse, status: number, answer: object): void {
  if (response.destroyed || response.headersSent) return;
  const body = JSON.stringify(answer);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(status).end(body);
}

const OVERLOADED: RequestProblem = Object.freeze({
  reason: 'Overloaded',
  status: 503,
  text: 'the gateway has as many requests as it takes; try again',
  retry: true,
});
