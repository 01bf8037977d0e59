import type { Socket } from 'node:net';

/** One direction of a tunnel. */
export interface Direction {
  readonly from: Socket;
  readonly to: Socket;
  readonly maxBytes: number;
  /** How many were given to `to`. */
  bytes: number;
  /** Whether so many bytes in all may pass. If not set: up to `maxBytes`. */
  readonly mayPass?: ((bytes: number) => boolean) | undefined;
  /** Called when bytes have moved. */
  readonly onActive: () => void;
  /** Called with the first byte that may not pass, after those before it were given to `to`. */
  readonly onOverCap: () => void;
  /** Called where `mayPass` refuses; nothing of the chunk was given to `to`. */
  readonly onRefused: () => void;
}

/** Copies bytes from one socket to the other, the end included. It reads no faster than the other side does. */
export function forwardBytes(direction: Direction, first: Buffer | null): void {
  const { from, to, maxBytes, mayPass, onActive, onOverCap, onRefused } = direction;
  const push = (chunk: Buffer): void => {
    onActive();
    const left = maxBytes - direction.bytes;
    const passed = chunk.length > left ? chunk.subarray(0, left) : chunk;
    if (mayPass?.(direction.bytes + passed.length) === false) return onRefused();
    direction.bytes += passed.length;
    if (!to.write(passed)) from.pause();
    if (passed.length < chunk.length) onOverCap();
    return undefined;
  };
  to.on('drain', () => {
    onActive();
    from.resume();
  });
  from.on('end', () => to.end());
  from.on('data', push);
  // Only then, since the first bytes may fill the other side.
  from.resume();
  if (first !== null) push(first);
  // Its end was told before somebody listened.
  if (from.readableEnded) to.end();
}
