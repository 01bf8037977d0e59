import { isIPv6, type Socket } from 'node:net';
import { unlessAborted } from '../../lib/unless-aborted.ts';

/** How long an attempt may take before the next begins beside it (RFC 8305, section 5). */
const ATTEMPT_MILLISECONDS = 250;

// Without a reason each abort makes an error with a stack.
const GIVEN_UP = new Error('another address took the connection');

const ignore = (): void => undefined;

/** Connects to one address. The signal gives the attempt up. */
export type DialAddress = (address: string, signal: AbortSignal) => Promise<Socket>;

export interface Dialled {
  readonly socket: Socket;
  readonly address: string;
}

/**
 * Connects to the first of the addresses that takes the connection: one after the other, families in turn, each with a short
 * lead (RFC 8305). Every other attempt is given up. Rejects with the last error where none took it, or with the reason of the
 * signal.
 */
export async function dialFirst(
  addresses: readonly string[],
  dial: DialAddress,
  signal: AbortSignal,
): Promise<Dialled> {
  signal.throwIfAborted();
  const queue = interleaveFamilies(addresses);
  const { promise, resolve, reject } = Promise.withResolvers<Dialled>();
  const given = new AbortController();
  let isOver = false;
  let running = 0;
  let timer: NodeJS.Timeout | undefined;

  const attempt = async (address: string): Promise<void> => {
    try {
      const socket = await dial(address, given.signal);
      // An error can come before the socket is taken over and listened to.
      socket.on('error', ignore);
      if (isOver) socket.destroy();
      else resolve({ socket, address });
      isOver = true;
    } catch (error) {
      running -= 1;
      if (queue.length > 0) next();
      else if (running === 0) reject(error);
    }
  };
  const next = (): void => {
    clearTimeout(timer);
    const address = isOver ? undefined : queue.shift();
    if (address === undefined) return;
    running += 1;
    void attempt(address);
    if (queue.length > 0) timer = setTimeout(next, ATTEMPT_MILLISECONDS);
  };
  next();
  try {
    return await unlessAborted(promise, signal);
  } catch (error) {
    // It may be made in the same turn, when nobody waits for it any more.
    promise.then(({ socket }) => socket.destroy(), ignore);
    throw error;
  } finally {
    isOver = true;
    clearTimeout(timer);
    given.abort(GIVEN_UP);
  }
}

/** In the order of the resolver, but families in turn, so that a family that leads nowhere holds nothing up. */
export function interleaveFamilies(addresses: readonly string[]): string[] {
  const families = [
    addresses.filter((address) => isIPv6(address)),
    addresses.filter((address) => !isIPv6(address)),
  ];
  const length = Math.max(...families.map((family) => family.length));
  return Array.from({ length }, (_, index) =>
    families.flatMap((family) => family.slice(index, index + 1)),
  ).flat();
}
