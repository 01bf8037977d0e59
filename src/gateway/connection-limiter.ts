import type { Socket } from 'node:net';
import { canonicalAddress } from '../lib/ip-address.ts';

/** What one source address may take of a server. */
export interface AddressLimits {
  /** Open connections. */
  readonly maxConnections: number;
  /** New connections in the long run. */
  readonly connectionsPerSecond: number;
  /** New connections at once, after a pause. */
  readonly maxBurst: number;
  /** How long a connection may last, whatever happens on it. */
  readonly maxConnectionMilliseconds: number;
  /** How many addresses are remembered. A connection from one more is refused. */
  readonly maxAddresses: number;
}

export interface ConnectionLimiterOptions {
  readonly limits: AddressLimits;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicNow: () => number;
  readonly onRefused: () => void;
}

/** Says who may stay how long. */
export interface ConnectionLimiter {
  /** Whether a new connection may stay; it ends one that lasts too long. */
  readonly admit: (socket: Socket) => boolean;
  /** Lets a connection, or what speaks TLS on it, last so long from now on; null: as long as it takes. */
  readonly keep: (connection: ConnectionEnds, milliseconds: number | null) => void;
}

/** What tells a connection to a server from its others. */
export type ConnectionEnds = Pick<Socket, 'remoteAddress' | 'remotePort'>;

interface Taken {
  open: number;
  /** When the address has its whole burst again: the theoretical arrival time of the generic cell rate algorithm. */
  restored: number;
}

const SWEEP_MILLISECONDS = 1_000;

/**
 * Limits the connections of each source address. It needs no identity, so that one pod can neither fill the server nor keep it
 * busy with handshakes.
 */
export function createConnectionLimiter(options: ConnectionLimiterOptions): ConnectionLimiter {
  const { limits, monotonicNow, onRefused } = options;
  const addresses = new Map<string, Taken>();
  const connections = createConnectionEnds(limits.maxConnectionMilliseconds);
  const interval = 1_000 / limits.connectionsPerSecond;
  let swept = -Infinity;

  const sweep = (now: number): void => {
    if (now - swept < SWEEP_MILLISECONDS) return;
    swept = now;
    for (const [address, { open, restored }] of addresses) {
      if (open === 0 && restored <= now) addresses.delete(address);
    }
  };
  const take = (address: string, now: number): Taken | null => {
    const known = addresses.get(address);
    if (known === undefined && addresses.size >= limits.maxAddresses) sweep(now);
    if (known === undefined && addresses.size >= limits.maxAddresses) return null;
    const taken = known ?? { open: 0, restored: now };
    const restored = Math.max(taken.restored, now) + interval;
    if (taken.open >= limits.maxConnections || restored - now > limits.maxBurst * interval) return null;
    taken.open += 1;
    taken.restored = restored;
    addresses.set(address, taken);
    return taken;
  };
  return {
    admit: (socket) => {
      const address = canonicalAddress(socket.remoteAddress ?? '');
      const taken = address === null ? null : take(address, monotonicNow());
      if (taken === null) onRefused();
      else connections.follow(socket, () => (taken.open -= 1));
      return taken !== null;
    },
    keep: connections.keep,
  };
}

/** Ends each connection after a time, which can be changed while it is open. */
function createConnectionEnds(firstMilliseconds: number) {
  const connections = new Map<string, (milliseconds: number | null) => void>();
  return {
    follow: (socket: Socket, onClose: () => void): void => {
      let end: NodeJS.Timeout | undefined;
      const last = (milliseconds: number | null): void => {
        clearTimeout(end);
        end = milliseconds === null ? undefined : setTimeout(() => socket.destroy(), milliseconds);
      };
      const key = keyOf(socket);
      last(firstMilliseconds);
      connections.set(key, last);
      socket.once('close', () => {
        last(null);
        // Another connection may have the port by now.
        if (connections.get(key) === last) connections.delete(key);
        onClose();
      });
    },
    keep: (connection: ConnectionEnds, milliseconds: number | null): void =>
      connections.get(keyOf(connection))?.(milliseconds),
  };
}

/** A socket that speaks TLS is another object than the connection that was admitted. */
function keyOf({ remoteAddress, remotePort }: ConnectionEnds): string {
  return `${remoteAddress} ${remotePort}`;
}
