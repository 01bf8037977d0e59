import type { IncomingMessage } from 'node:http';
import type { ServerLimits } from './limits.ts';
import type { LoadSlot } from './load.ts';
import type { RequestProblem } from './problem.ts';

/**
 * Reads the body of a request until the deadline. Takes room in the load before it keeps a chunk. Resolves to null when the
 * client went away, or the signal is aborted. It is not an async iterator, because such a read cannot end before the connection does.
 */
export function readBody(
  request: IncomingMessage,
  slot: Pick<LoadSlot, 'reserve'>,
  { maxBodyBytes, deadlineMilliseconds }: Pick<ServerLimits, 'maxBodyBytes' | 'deadlineMilliseconds'>,
  signal?: AbortSignal,
): Promise<Buffer | RequestProblem | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) finish(tooLarge(maxBodyBytes));
      else if (slot.reserve(chunk.length)) chunks.push(chunk);
      else finish(NO_ROOM);
    };
    const finish = (body: Buffer | RequestProblem | null): void => {
      clearTimeout(deadline);
      // The request outlives the read, and its listeners must not keep the body.
      request.off('data', onData).off('end', onEnd).off('close', onGone);
      signal?.removeEventListener('abort', onGone);
      resolve(body);
      chunks.length = 0;
    };
    const onEnd = (): void => finish(Buffer.concat(chunks, bytes));
    const onGone = (): void => finish(null);
    const deadline = setTimeout(() => finish(slowBody(deadlineMilliseconds)), deadlineMilliseconds);
    if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return finish(tooLarge(maxBodyBytes));
    if (signal?.aborted === true) return onGone();
    signal?.addEventListener('abort', onGone);
    request.on('data', onData).on('end', onEnd).on('close', onGone);
    return undefined;
  });
}

const NO_ROOM: RequestProblem = Object.freeze({
  reason: 'Overloaded',
  status: 503,
  text: 'the server has no room for the request body; try again',
  retry: true,
  close: true,
});

function tooLarge(maxBodyBytes: number): RequestProblem {
  const text = `the request body is longer than ${maxBodyBytes} bytes`;
  return { reason: 'TooLarge', status: 413, text, close: true };
}

function slowBody(deadlineMilliseconds: number): RequestProblem {
  const text = `the request body did not arrive within ${deadlineMilliseconds} ms`;
  return { reason: 'SlowBody', status: 408, text, close: true };
}
