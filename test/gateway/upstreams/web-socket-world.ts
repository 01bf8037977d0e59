import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { optionsOf, type Asked } from './upstream-client.ts';
import { ADDRESS, HOST, type UsedUpstream } from './upstream-world.ts';

const MAX_BYTES = 200 * 1_024 * 1_024;

/** A WebSocket as the agent sees it. */
export interface AgentWebSocket {
  readonly webSocket: WebSocket;
  /** Everything that came, in order. */
  readonly messages: string[];
  /** How it was closed; null where it is open. */
  readonly closed: () => { readonly code: number; readonly reason: string } | null;
}

export interface Opened extends Asked {
  readonly protocols?: readonly string[];
}

/** Begins a WebSocket at the gateway. */
export function beginWebSocket(gateway: UsedUpstream, opened: Opened): WebSocket {
  const { path, protocols = [] } = opened;
  const url = `wss://127.0.0.1:${gateway.ports.api}${path}`;
  const { timeout: _timeout, ...options } = optionsOf(gateway, opened);
  const webSocket = new WebSocket(url, protocols, { ...options, maxPayload: MAX_BYTES });
  webSocket.on('error', () => undefined);
  onTestFinished(() => webSocket.terminate());
  return webSocket;
}

/** Opens a WebSocket at the gateway. */
export async function openWebSocket(gateway: UsedUpstream, opened: Opened): Promise<AgentWebSocket> {
  const webSocket = beginWebSocket(gateway, opened);
  const messages: string[] = [];
  let closed: ReturnType<AgentWebSocket['closed']> = null;
  webSocket.on('message', (data: Buffer) => messages.push(data.toString('latin1')));
  webSocket.on('close', (code: number, reason: Buffer) => (closed = { code, reason: reason.toString() }));
  await once(webSocket, 'open');
  return { webSocket, messages, closed: () => closed };
}

/** What the gateway answers where it begins no WebSocket. */
export async function refusalOf(
  gateway: UsedUpstream,
  opened: Opened,
): Promise<{ readonly status: number; readonly json: Readonly<Record<string, unknown>> }> {
  const [, answer] = (await once(beginWebSocket(gateway, opened), 'unexpected-response')) as [
    unknown,
    IncomingMessage,
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const json = JSON.parse(Buffer.concat(chunks).toString()) as Readonly<Record<string, unknown>>;
  return { status: answer.statusCode ?? 0, json };
}

export type OnUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

/** Serves what an upgrade asks for at the host of the upstream. */
export async function serveUpgrades(gateway: UsedUpstream, onUpgrade: OnUpgrade): Promise<void> {
  const server = createServer((_request, response) => void response.writeHead(200).end('plain'));
  server.on('upgrade', (request, socket, head) => {
    const { method = '', url = '', headers } = request;
    gateway.received.push({ method, url, headers, body: '' });
    onUpgrade(request, socket as Socket, head);
  });
  gateway.received.length = 0;
  await gateway.world.serve(HOST, ADDRESS, (socket) => server.emit('connection', socket));
  gateway.world.name(HOST, [ADDRESS]);
}

/** Serves WebSockets. */
export async function serveWebSockets(
  gateway: UsedUpstream,
  onOpen: (webSocket: WebSocket) => void,
  choose?: (offered: ReadonlySet<string>) => string | false,
): Promise<void> {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_BYTES,
    ...(choose === undefined ? {} : { handleProtocols: choose }),
  });
  await serveUpgrades(gateway, (request, socket, head) => {
    server.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => undefined);
      onOpen(webSocket);
    });
  });
}

/** Sends back what comes. */
export function echo(webSocket: WebSocket): void {
  webSocket.on('message', (data: Buffer, binary: boolean) => webSocket.send(data, { binary }));
}
