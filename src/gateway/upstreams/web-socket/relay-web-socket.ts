import type { Duplex } from 'node:stream';
import type { Reason } from '../../../policy/reasons.ts';
import { RefusalError } from '../../egress/egress-refusal.ts';
import { secretFound } from '../pass-response.ts';
import { tooMuch } from '../run-exchange.ts';
import { watchOverhead } from '../wire-overhead.ts';
import { createFrameReader, FrameError, OPCODES } from './frame-reader.ts';
import { createSearchedFrames } from './search-frames.ts';

/** A WebSocket that both sides have agreed on. */
export interface RelayedWebSocket {
  readonly agent: Duplex;
  readonly upstream: Duplex;
  readonly host: string;
  /** The forms of what must not get to the agent. */
  readonly forms: readonly string[];
  /** Without a byte from either side. */
  readonly idleMilliseconds: number;
  /** Whether so many bytes of frames in all may leave. */
  readonly mayLeave: (bytes: number) => boolean;
  /** Bytes that have come from the upstream, TLS included. */
  readonly received: () => number;
  /** Called where the agent has left without closing the WebSocket: aborts the signal. */
  readonly onAgentGone: () => void;
  readonly signal: AbortSignal;
}

/** Of one message, either way. Nothing of it is kept, but who gets it keeps it all. */
export const MAX_MESSAGE_BYTES = 16 * 1_024 * 1_024;
/** The next bytes are taken when no more than this waits for a side that reads slowly. */
const MAX_HELD_BYTES = 1_024;

/** Turns what one side has sent into what the other gets. Throws where it may not go on. */
type Pass = (chunk: Buffer) => Buffer;

/**
 * Passes frames on, each way no faster than they are read, until one side has closed the WebSocket and ended its connection.
 * Throws a RefusalError for what may not go on, and the reason of the signal. It ends no connection.
 */
export async function relayWebSocket(relayed: RelayedWebSocket): Promise<void> {
  const { agent, upstream, host, idleMilliseconds, received, signal } = relayed;
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  const idle = setTimeout(() => reject(timedOut(relayed)), idleMilliseconds);
  const overhead = watchOverhead(received, () => reject(tooMuch(host)));
  const [up, down] = [passUp(relayed), passDown(relayed)];
  const isClosed = (): boolean => up.isClosed() || down.isClosed();
  const ends = [
    pump(agent, upstream, {
      pass: up.pass,
      onActive: () => idle.refresh(),
      onEnd: () => (isClosed() ? resolve() : relayed.onAgentGone()),
      onError: reject,
    }),
    pump(upstream, agent, {
      pass: down.pass,
      onActive: (bytes) => {
        idle.refresh();
        overhead.passed(bytes);
      },
      onEnd: () => (isClosed() ? resolve() : reject(ended(host))),
      onError: reject,
    }),
  ];
  try {
    await promise;
  } finally {
    clearTimeout(idle);
    overhead.stop();
    signal.removeEventListener('abort', onAbort);
    for (const end of ends) end();
  }
}

interface Pump {
  readonly pass: Pass;
  readonly onActive: (bytes: number) => void;
  readonly onEnd: () => void;
  readonly onError: (error: unknown) => void;
}

/** Copies from one side to the other. Returns what ends that. */
function pump(from: Duplex, to: Duplex, { pass, onActive, onEnd, onError }: Pump): () => void {
  let isOver = false;
  const resume = (): void => {
    if (!isOver && to.writableLength <= MAX_HELD_BYTES) from.resume();
  };
  const onData = (chunk: Buffer): void => {
    onActive(chunk.length);
    try {
      const bytes = pass(chunk);
      if (bytes.length === 0) return;
      to.write(bytes, resume);
      if (to.writableLength > MAX_HELD_BYTES) from.pause();
    } catch (error) {
      // Nothing that comes behind it goes on either.
      end();
      onError(error);
    }
  };
  const end = (): void => {
    isOver = true;
    from.off('data', onData).off('end', onEnd).off('close', onEnd);
    from.pause();
  };
  from.on('error', () => undefined);
  from.on('data', onData).on('end', onEnd).on('close', onEnd);
  from.resume();
  if (from.destroyed || from.readableEnded) onEnd();
  return end;
}

interface Direction {
  readonly pass: Pass;
  /** Whether a frame that closes has passed. */
  readonly isClosed: () => boolean;
}

/** Frames of the agent go on as they came: they are masked, and hold nothing that it does not know. */
function passUp({ mayLeave }: RelayedWebSocket): Direction {
  let bytes = 0;
  let isClosed = false;
  const read = createFrameReader({
    isMasked: true,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    onPart: ({ opcode }) => (isClosed ||= opcode === OPCODES.close),
  });
  return {
    pass: (chunk) => {
      refuseFrames(() => read(chunk), 'The agent', ['RequestTooLarge', 'RequestMalformed']);
      bytes += chunk.length;
      if (mayLeave(bytes)) return chunk;
      const message =
        'The budget of bytes that leave in a day is used up. Send less, or wait for the next day.';
      throw new RefusalError('BudgetUsedUp', message);
    },
    isClosed: () => isClosed,
  };
}

function passDown({ host, forms }: RelayedWebSocket): Direction {
  const frames = createSearchedFrames(forms, MAX_MESSAGE_BYTES);
  return {
    pass: (chunk) => {
      const push = (): Buffer | null => frames.push(chunk);
      const passed = refuseFrames(push, `"${host}"`, ['ResponseTooLarge', 'ResponseBroken']);
      if (passed === null) throw secretFound({ host });
      return passed;
    },
    isClosed: frames.isClosed,
  };
}

/** Refuses what cannot be read as frames of that side. */
function refuseFrames<T>(read: () => T, side: string, [tooLarge, malformed]: readonly [Reason, Reason]): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    const bound = error.isTooLarge ? `: one may have ${MAX_MESSAGE_BYTES} bytes` : '';
    const message = `${side} has sent ${error.message}${bound}. Send what RFC 6455 allows, in smaller messages.`;
    throw new RefusalError(error.isTooLarge ? tooLarge : malformed, message, error);
  }
}

function timedOut({ host, idleMilliseconds }: RelayedWebSocket): RefusalError {
  const message = `Nothing came over the WebSocket with "${host}" for ${idleMilliseconds} ms. Send a ping now and then.`;
  return new RefusalError('ResponseTimedOut', message);
}

function ended(host: string): RefusalError {
  const message = `"${host}" ended its connection without closing the WebSocket. Try again later.`;
  return new RefusalError('ResponseBroken', message);
}
