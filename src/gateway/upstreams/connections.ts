import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { Client } from 'undici';
import { clientOver } from '../egress/client-over.ts';
import { dialChecked, type Endpoint } from '../egress/connect-to.ts';
import { RefusalError } from '../egress/egress-refusal.ts';
import type { Network } from '../egress/network.ts';
import { secureSocket } from '../egress/secure-socket.ts';

/** A connection to an upstream, which was decided about. It carries one request at a time. */
export interface UpstreamConnection {
  readonly client: Client;
  readonly address: string;
  /** Bytes that have gone over it, TLS included. */
  readonly traffic: () => { readonly bytesUp: number; readonly bytesDown: number };
  readonly isOpen: () => boolean;
  /** Ends it now, whatever is on its way. */
  readonly destroy: () => void;
}

/** Where to connect to. */
export interface UpstreamPlace {
  /** Whose connection it is, and to what: none is used for anybody else. */
  readonly key: string;
  /** Whose certificate is asked for. */
  readonly host: string;
  /** The port of its URL. */
  readonly port: number;
  /** The port that is connected to. */
  readonly dialledPort: number;
  /** All are allowed. */
  readonly addresses: readonly string[];
  readonly secureContext: SecureContext | undefined;
  /** When it is aborted, none is kept that nobody uses; null for never. */
  readonly ended: AbortSignal | null;
}

/** Connections that are open without a request on them. */
export interface UpstreamConnections {
  /** Takes one that is open, or makes one. Throws a RefusalError, or the reason of the signal. */
  readonly take: (place: UpstreamPlace, signal: AbortSignal) => Promise<UpstreamConnection>;
  /** Makes one that nobody uses again, whatever is spoken on it. Throws as `take` does. */
  readonly open: (place: UpstreamPlace, signal: AbortSignal) => Promise<UpstreamConnection>;
  /** Gives back one whose response has ended. */
  readonly give: (place: UpstreamPlace, connection: UpstreamConnection) => void;
  /** Ends all that nobody uses. */
  readonly stop: () => void;
  /** How many are open that nobody uses. */
  readonly idle: () => number;
}

const HANDSHAKE_MILLISECONDS = 10_000;
/** Shorter than what servers wait, so that none is used that is about to end. */
const IDLE_MILLISECONDS = 4_000;
const MAX_IDLE_MILLISECONDS = 10_000;
const MAX_IDLE = 512;
const MAX_HEADER_BYTES = 16 * 1_024;
/** Nothing is read ahead of a reader that is slow: Node reads up to 64 KiB at once, and all of it waits for the reader. */
const MAX_BUFFERED_BYTES = 0;

const TOO_LATE = new Error('the handshake was not done in time');

export function createUpstreamConnections(network: Network): UpstreamConnections {
  const { take, give, forget, stop, count } = createIdleConnections();
  const watch = ({ key, ended }: UpstreamPlace, connection: UpstreamConnection): void => {
    const onEnd = (): void => {
      if (forget(key, connection)) connection.destroy();
    };
    ended?.addEventListener('abort', onEnd, { once: true });
    connection.client.once('disconnect', () => {
      ended?.removeEventListener('abort', onEnd);
      forget(key, connection);
      connection.destroy();
    });
  };
  return {
    take: async (place, signal) => {
      const open = take(place);
      if (open !== null) return open;
      const connection = await openConnection(network, place, signal);
      watch(place, connection);
      return connection;
    },
    open: (place, signal) => openConnection(network, place, signal),
    give: ({ key, ended }, connection) => {
      const isKept = ended?.aborted !== true && connection.isOpen() && count() < MAX_IDLE;
      if (isKept) give(key, connection);
      else connection.destroy();
    },
    stop,
    idle: count,
  };
}

function createIdleConnections() {
  const idle = new Map<string, UpstreamConnection[]>();
  let count = 0;
  return {
    /** Takes the one that was used last, and ends those that are of no use any more. */
    take: ({ key, addresses }: UpstreamPlace): UpstreamConnection | null => {
      const open = idle.get(key) ?? [];
      for (let one = open.pop(); one !== undefined; one = open.pop()) {
        count -= 1;
        if (open.length === 0) idle.delete(key);
        if (one.isOpen() && addresses.includes(one.address)) return one;
        one.destroy();
      }
      return null;
    },
    give: (key: string, connection: UpstreamConnection): void => {
      const open = idle.get(key) ?? [];
      open.push(connection);
      idle.set(key, open);
      count += 1;
    },
    /** Returns whether it was there. */
    forget: (key: string, connection: UpstreamConnection): boolean => {
      const open = idle.get(key) ?? [];
      const index = open.indexOf(connection);
      if (index === -1) return false;
      open.splice(index, 1);
      count -= 1;
      if (open.length === 0) idle.delete(key);
      return true;
    },
    stop: (): void => {
      for (const open of idle.values()) for (const one of open) one.destroy();
      idle.clear();
      count = 0;
    },
    count: () => count,
  };
}

async function openConnection(
  network: Network,
  { host, port, dialledPort, addresses, secureContext: context }: UpstreamPlace,
  signal: AbortSignal,
): Promise<UpstreamConnection> {
  const dialled = await dialChecked(network, { host, port: dialledPort }, addresses, signal);
  if ('refusal' in dialled) throw new RefusalError(dialled.refusal.reason, dialled.refusal.message);
  const { socket, address } = dialled;
  const given = new AbortController();
  const onAbort = (): void => given.abort(signal.reason);
  const timer = setTimeout(() => given.abort(TOO_LATE), HANDSHAKE_MILLISECONDS);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const options = { context, signal: given.signal, maxBufferedBytes: MAX_BUFFERED_BYTES };
    const secured = await secureSocket(socket, host, options);
    return connectionOver(secured, socket, { host, port }, address);
  } catch (error) {
    socket.destroy();
    if (given.signal.reason !== TOO_LATE) throw error;
    const message = `TLS with "${host}" was not established in time. Try again later.`;
    throw new RefusalError('TLSNotEstablished', message, error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function connectionOver(
  secured: TLSSocket,
  socket: Socket,
  { host, port }: Endpoint,
  address: string,
): UpstreamConnection {
  const client = clientOver(secured, `https://${host}:${port}`, {
    maxHeaderSize: MAX_HEADER_BYTES,
    keepAliveTimeout: IDLE_MILLISECONDS,
    keepAliveMaxTimeout: MAX_IDLE_MILLISECONDS,
  });
  return {
    client,
    address,
    traffic: () => ({ bytesUp: socket.bytesWritten, bytesDown: socket.bytesRead }),
    isOpen: () => !secured.destroyed && secured.readable && secured.writable && !client.destroyed,
    destroy: () => {
      secured.destroy();
      socket.destroy();
      // Not waited for: nothing may hold a call longer than its time.
      client.destroy().catch(() => undefined);
    },
  };
}
