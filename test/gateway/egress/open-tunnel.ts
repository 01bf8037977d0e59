import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createConnection, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { connectTo } from '../../../src/gateway/egress/connect-to.ts';
import {
  relayTunnel,
  type TunnelDestination,
  type TunnelOutcome,
} from '../../../src/gateway/egress/tunnel.ts';
import { createTunnelClock } from '../../../src/gateway/egress/tunnel-clock.ts';
import { ALLOW } from '../../../src/policy/decision.ts';
import { buildHello, recordsOf, SERVER_NAME, serverNames } from './build-hello.ts';
import { createLocalNetwork, listenLocally } from './local-network.ts';

export const HOST = 'api.example.com';
export const HELLO = recordsOf(buildHello([SERVER_NAME, serverNames(HOST)]));

/** Answers everything with itself, the end included. */
export const echo = (socket: Socket): void => void socket.pipe(socket);

/** A tunnel through a real server of CONNECT to a local one. */
export interface OpenTunnel {
  /** The end of the agent, after the 200. */
  readonly client: Socket;
  /** The sockets in the gateway. */
  readonly inside: Promise<{ readonly client: Socket; readonly upstream: Socket }>;
  readonly outcome: Promise<TunnelOutcome>;
  readonly cut: () => void;
}

export interface TunnelOptions {
  /** What the destination does with its connection. */
  readonly serve: (socket: Socket) => void;
  readonly destination?: Partial<TunnelDestination>;
  /** Milliseconds on the clock of the tunnel. */
  readonly now?: () => number;
  /** Sent together with the CONNECT request. */
  readonly head?: Buffer;
}

export async function openTunnel(options: TunnelOptions): Promise<OpenTunnel> {
  const network = createLocalNetwork();
  network.name(HOST, ['93.184.215.14']);
  network.address('93.184.215.14', await listenLocally(createServer({ allowHalfOpen: true }, options.serve)));
  const inside = Promise.withResolvers<{ client: Socket; upstream: Socket }>();
  const outcome = Promise.withResolvers<TunnelOutcome>();
  const cut = new AbortController();
  const clock = createTunnelClock({
    monotonicNow: options.now ?? (() => performance.now()),
    intervalMilliseconds: 10,
  });
  const gateway = createHttpServer().on('connect', async (_request, client: Socket, head: Buffer) => {
    const connected = await connectTo(network, { host: HOST, port: 443 }, () => ALLOW, cut.signal);
    if ('refusal' in connected) throw new Error(connected.refusal.message);
    const upstream = connected.socket;
    inside.resolve({ client, upstream });
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    const destination: TunnelDestination = {
      host: HOST,
      encryptedClientHello: 'Refuse',
      maxUploadBytes: 1_000_000,
      maxDownloadBytes: 1_000_000,
      idleSeconds: 60,
      maxSeconds: 600,
      ...options.destination,
    };
    outcome.resolve(await relayTunnel({ client, head, upstream, destination, signal: cut.signal, clock }));
  });
  const client = createConnection({
    port: await listenLocally(gateway),
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  client.on('error', () => undefined);
  onTestFinished(() => void client.destroy());
  client.write(`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
  if (options.head !== undefined) client.write(options.head);
  await once(client, 'readable');
  const answer = client.read() as Buffer;
  const end = answer.indexOf('\r\n\r\n') + 4;
  if (end < answer.length) client.unshift(answer.subarray(end));
  return { client, inside: inside.promise, outcome: outcome.promise, cut: () => cut.abort() };
}

/** Reads until the other side ends or resets. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (!socket.closed && !socket.readableEnded) {
    await new Promise<void>((resolve) => socket.once('end', resolve).once('close', resolve));
  }
  return Buffer.concat(chunks);
}
