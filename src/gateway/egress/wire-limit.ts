import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** Bounds what a destination may send over one connection, whatever it is. */
export interface WireLimit {
  readonly maxBytes: number;
  readonly isPassed: () => boolean;
  /** Looks at each piece that can be read from now on. */
  readonly watch: (secured: TLSSocket) => void;
  readonly stop: () => void;
}

/** A handshake with a long chain of certificates, and some heads of 16 KiB. */
const FIXED_BYTES = 256 * 1_024;
/** Records and chunks of 300 bytes take this part of a body. */
const FRAMING_PART = 8;
/** How late bytes are seen that never can be read, such as tickets and key updates of TLS. */
const INTERVAL_MILLISECONDS = 250;

/**
 * Ends a connection that brings more bytes than a body of the limit could need: chunk extensions, trailers, interim responses
 * and records of TLS are counted by nobody else.
 */
export function limitWire(socket: Socket, maxBodyBytes: number): WireLimit {
  const maxBytes = maxBodyBytes + Math.ceil(maxBodyBytes / FRAMING_PART) + FIXED_BYTES;
  let isPassed = false;
  const look = (): void => {
    if (isPassed || socket.bytesRead <= maxBytes) return;
    isPassed = true;
    socket.destroy();
  };
  const interval = setInterval(look, INTERVAL_MILLISECONDS);
  return {
    maxBytes,
    isPassed: () => isPassed,
    watch: (secured) => {
      secured.on('readable', () => {
        look();
        if (isPassed) secured.destroy();
      });
    },
    stop: () => clearInterval(interval),
  };
}
