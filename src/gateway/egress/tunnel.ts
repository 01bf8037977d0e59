import type { Socket } from 'node:net';
import type { EgressRefusal } from './egress-refusal.ts';
import type { TunnelClock } from './tunnel-clock.ts';

/** What one tunnel may take. */
export interface TunnelLimits {
  /** From the client to the destination, the ClientHello included. */
  readonly maxUploadBytes: number;
  readonly maxDownloadBytes: number;
  /** Without a byte in either direction. */
  readonly idleSeconds: number;
  readonly maxSeconds: number;
}

export interface TunnelDestination extends TunnelLimits {
  /** Canonical: what the ClientHello has to name. */
  readonly host: string;
  /** `Tolerate` for clients that send the extension to every host, as browsers do. */
  readonly encryptedClientHello: 'Refuse' | 'Tolerate';
}

export interface Tunnel {
  /** The socket of the CONNECT request, answered with 200. */
  readonly client: Socket;
  /** What was read behind the request. */
  readonly head: Buffer;
  /** Connected; nothing was read or written yet. It must be able to be half closed. */
  readonly upstream: Socket;
  readonly destination: TunnelDestination;
  /** Aborted to cut the tunnel: both sockets are destroyed. */
  readonly signal: AbortSignal;
  readonly clock: TunnelClock;
}

export type TunnelEnd =
  | 'Ended'
  | 'ClientReset'
  | 'DestinationReset'
  | 'UploadCap'
  | 'DownloadCap'
  | 'Idle'
  | 'Expired'
  | 'Cut'
  | 'HelloRefused';

export interface TunnelOutcome {
  readonly reason: TunnelEnd;
  /** Only with `HelloRefused`. */
  readonly refusal: EgressRefusal | null;
  /** What was given to the other side's socket. A tunnel that is cut may lose the last of it on the way. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly milliseconds: number;
}

/** Relays a tunnel until it ends. Never rejects. Both sockets are destroyed when it resolves. */
export async function relayTunnel(tunnel: Tunnel): Promise<TunnelOutcome> {
  tunnel.client.destroy();
  tunnel.upstream.destroy();
  return { reason: 'Cut', refusal: null, bytesUp: 0, bytesDown: 0, milliseconds: 0 };
}
