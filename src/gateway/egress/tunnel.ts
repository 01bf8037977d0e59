import type { Socket } from 'node:net';
import { createClientHelloReader } from './client-hello.ts';
import type { EgressRefusal } from './egress-refusal.ts';
import { type Direction, forwardBytes } from './forward-bytes.ts';
import type { TunnelClock } from './tunnel-clock.ts';
import { type HelloRule, refuseHello } from './tunnel-hello.ts';

/** Where a tunnel goes and what it may take. */
export interface TunnelDestination extends HelloRule {
  /** From the client to the destination, the ClientHello included. */
  readonly maxUploadBytes: number;
  readonly maxDownloadBytes: number;
  /** Without a byte in either direction. */
  readonly idleSeconds: number;
  readonly maxSeconds: number;
}

export interface Tunnel {
  /** The socket of the CONNECT request, answered with 200. It must be able to be half closed, as those of a server of HTTP are. */
  readonly client: Socket;
  /** What was read behind the request. */
  readonly head: Buffer;
  /** Connected; nothing was read or written yet. It must be able to be half closed. */
  readonly upstream: Socket;
  readonly destination: TunnelDestination;
  /** Whether so many bytes in all may leave, before they do: a budget may be used up. If not set: what the destination allows. */
  readonly mayUpload?: (bytes: number) => boolean;
  /** Aborted to cut the tunnel. */
  readonly signal: AbortSignal;
  readonly clock: TunnelClock;
}

export type TunnelEnd =
  | 'Ended'
  | 'ClientReset'
  | 'DestinationReset'
  | 'UploadCap'
  | 'DownloadCap'
  | 'UploadRefused'
  | 'Idle'
  | 'Expired'
  | 'Cut'
  | 'HelloRefused';

export interface TunnelOutcome {
  readonly reason: TunnelEnd;
  /** Only with `HelloRefused`. */
  readonly refusal: EgressRefusal | null;
  /** What was given to the socket of the other side. A tunnel that is cut may lose the last of it on the way. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly milliseconds: number;
}

const HELLO_MILLISECONDS = 10_000;

/** Relays a tunnel until it ends. Never rejects. Both sockets are destroyed when it resolves. */
export async function relayTunnel(tunnel: Tunnel): Promise<TunnelOutcome> {
  const { promise, resolve } = Promise.withResolvers<TunnelOutcome>();
  startRelay(tunnel, resolve);
  return promise;
}

/** Fatal, access_denied (RFC 8446, section 6): clients say more about it than about a reset. */
const TLS_ALERT = Buffer.from([21, 3, 1, 0, 2, 2, 49]);

type EndRelay = (reason: TunnelEnd, refusal?: EgressRefusal | null) => void;

interface Relay {
  readonly end: EndRelay;
  readonly up: Direction;
  readonly down: Direction;
  isHelloPassed: boolean;
}

function startRelay(tunnel: Tunnel, onEnd: (outcome: TunnelOutcome) => void): void {
  const { client, upstream, signal, clock, destination } = tunnel;
  const started = clock.now();
  let active = started;
  let isActive = false;
  let isOver = false;

  const end = (reason: TunnelEnd, refusal: EgressRefusal | null = null): void => {
    if (isOver) return;
    isOver = true;
    clock.delete(tick);
    signal.removeEventListener('abort', onAbort);
    if (reason === 'HelloRefused' && client.writable) client.write(TLS_ALERT);
    destroySockets(tunnel, reason);
    const { up, down } = relay;
    const milliseconds = clock.now() - started;
    onEnd({ reason, refusal, bytesUp: up.bytes, bytesDown: down.bytes, milliseconds });
  };
  const tick = (now: number): void => {
    if (isActive) active = now;
    isActive = false;
    if (now - started >= destination.maxSeconds * 1_000) end('Expired');
    else if (now - active >= destination.idleSeconds * 1_000) end('Idle');
    else if (!relay.isHelloPassed && now - started >= HELLO_MILLISECONDS) {
      end('HelloRefused', refuseHello({ problem: 'it did not come in time' }, destination));
    }
  };
  const onAbort = (): void => end('Cut');
  const relay = createRelay(tunnel, end, () => {
    isActive = true;
  });

  clock.add(tick);
  signal.addEventListener('abort', onAbort);
  watchSocket(client, () => end('ClientReset'), relay);
  watchSocket(upstream, () => end('DestinationReset'), relay);
  if (signal.aborted) end('Cut');
  else awaitHello(tunnel, relay);
}

function createRelay(tunnel: Tunnel, end: EndRelay, onActive: () => void): Relay {
  const { client, upstream, destination, mayUpload } = tunnel;
  const up: Direction = {
    from: client,
    to: upstream,
    maxBytes: destination.maxUploadBytes,
    bytes: 0,
    onActive,
    onOverCap: () => end('UploadCap'),
    mayPass: mayUpload,
    onRefused: () => end('UploadRefused'),
  };
  const down: Direction = {
    from: upstream,
    to: client,
    maxBytes: destination.maxDownloadBytes,
    bytes: 0,
    onActive,
    onOverCap: () => end('DownloadCap'),
    onRefused: () => undefined,
  };
  return { end, up, down, isHelloPassed: false };
}

function destroySockets({ client, upstream }: Tunnel, reason: TunnelEnd): void {
  for (const socket of [client, upstream]) {
    // A reset and not an end: what is cut must not pass for whole. It would take the alert with it.
    if (reason === 'Ended' || reason === 'HelloRefused') socket.destroy();
    else socket.resetAndDestroy();
  }
}

/** A tunnel has ended when both sides have said all and heard all; a side that closes before that has reset it. */
function watchSocket(socket: Socket, onReset: () => void, { end, up, down }: Relay): void {
  socket.on('error', () => undefined);
  socket.on('close', (hadError) => {
    if (hadError || !socket.readableEnded || !socket.writableFinished) onReset();
    else if (up.from.closed && down.from.closed) end('Ended');
  });
  if (socket.destroyed) onReset();
}

function awaitHello(tunnel: Tunnel, relay: Relay): void {
  const { client, head, destination } = tunnel;
  const reader = createClientHelloReader();
  const onEnd = (): void =>
    relay.end('HelloRefused', refuseHello({ problem: 'it ended before it was whole' }, destination));
  const push = (chunk: Buffer): void => {
    const hello = reader.push(chunk);
    if (hello === null) return;
    client.off('data', push);
    client.off('end', onEnd);
    const refusal = refuseHello(hello, destination);
    if (refusal !== null) {
      relay.end('HelloRefused', refusal);
      return;
    }
    relay.isHelloPassed = true;
    forwardBytes(relay.down, null);
    forwardBytes(relay.up, reader.received());
  };
  client.on('data', push);
  client.on('end', onEnd);
  client.resume();
  if (head.length > 0) push(head);
  // It may have said all while the destination was dialled, and its end is not told a second time.
  if (client.readableEnded && !relay.isHelloPassed) onEnd();
}
