import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { canonicalAddress } from '../../lib/ip-address.ts';
import { admitFirst } from '../../serve/admit-first.ts';
import { answerUnreadable } from '../answer-unreadable.ts';
import { readProof } from '../identity/read-proof.ts';
import { type Call, createCall, type Operation, type PipelineServices } from '../pipeline/call.ts';
import { runCall } from '../pipeline/pipeline.ts';
import type { Refusal } from '../pipeline/refusal.ts';
import { checkConnect } from './check-connect.ts';
import { createConnectOperation, type TunnelServices } from './connect-operation.ts';
import { createPlainOperation } from './plain-operation.ts';
import { refuseConnection, refuseRequest } from './raw-answer.ts';

export interface ProxyLimits {
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
  /** From the opening of a connection to the end of its headers. */
  readonly headersMilliseconds: number;
}

export interface ProxyServerOptions {
  readonly services: PipelineServices;
  readonly tunnels: TunnelServices;
  readonly limits: ProxyLimits;
  /** Whether a connection may stay. */
  readonly admit: (socket: Socket) => boolean;
}

/** Creates the proxy without starting it. A connection carries one request. */
export function createProxyServer({ services, tunnels, limits, admit }: ProxyServerOptions): Server {
  const server = createServer({
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersMilliseconds,
    requestTimeout: limits.headersMilliseconds,
    keepAliveTimeout: 1,
    // Node looks for overdue requests at this interval.
    connectionsCheckingInterval: 1_000,
    insecureHTTPParser: false,
    // Plain HTTP is refused whatever its Host is; CONNECT is checked here.
    requireHostHeader: false,
  });
  server.maxConnections = limits.maxConnections;
  admitFirst(server, admit);
  // A connection carries one request. More on it is an attempt to smuggle (RFC 9112, section 11.2).
  const used = new WeakMap<Socket, number>();
  const takes = (client: Socket): boolean => {
    const before = used.get(client) ?? 0;
    used.set(client, before + 1);
    // Node keeps each request that waits, whatever their number.
    if (before > 1) client.destroy();
    if (before > 0) return false;
    client.on('error', () => undefined);
    return true;
  };
  const run = async (call: Call, answer: (refusal: Refusal) => void): Promise<void> => {
    const result = await runCall(call, services);
    if ('refusal' in result) answer(result.refusal);
  };
  server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const client = socket as Socket;
    if (!takes(client)) return void client.destroy();
    const connect = { client, authority: request.url ?? '', head, malformed: checkConnect(request) };
    const call = callOf(request, client, createConnectOperation(connect, tunnels));
    return void run(call, (refusal) => refuseConnection(client, refusal));
  });
  const refusePlain = (request: IncomingMessage, response: ServerResponse): void => {
    if (!takes(request.socket)) return;
    const call = callOf(request, request.socket, createPlainOperation(request.method ?? ''));
    void run(call, (refusal) => refuseRequest(response, refusal));
  };
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.on(event, refusePlain);
  server.on('clientError', (_error: Error, socket: Duplex) => {
    const client = socket as Socket;
    if (takes(client)) void answerUnreadable(client, services);
    else client.destroy();
  });
  return server;
}

function callOf(
  { rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>,
  client: Socket,
  operation: Operation,
): Call {
  const address = canonicalAddress(client.remoteAddress ?? '') ?? '';
  const call = createCall({ uid: randomUUID(), operation, address, proof: readProof(rawHeaders) });
  if (client.destroyed) call.onClientGone();
  else client.once('close', call.onClientGone);
  return call;
}
