import type { IncomingMessage } from 'node:http';
import type { Deadlines } from '../webhook/deadlines.ts';
import type { WebhookLimits } from './limits.ts';
import type { ReviewLoad } from './load.ts';
import type { ReviewProblem } from './problem.ts';

/** What bounds the reading of a body. `deadlines` are as long as the limits say. */
export interface BodyBounds {
  readonly limits: Pick<WebhookLimits, 'bodyBytes' | 'deadlineMilliseconds'>;
  readonly load: ReviewLoad;
  readonly deadlines: Deadlines;
}

/**
 * What reading a body came to. `body` is null when the client went away and nobody waits for an answer.
 * `reserved` is the room it takes in the load, to be given back once the review is answered.
 */
type BodyListener = (body: Buffer | ReviewProblem | null, reserved: number) => void;

/**
 * Reads a body as it comes, and tells `listener` once. Not with express.json: this copies nothing where the body came in
 * one piece, as a pod of ordinary size does, and it takes room in the load before it keeps a byte.
 */
export function collectBody(
  request: IncomingMessage,
  { limits, load, deadlines }: BodyBounds,
  listener: BodyListener,
): void {
  const chunks: Buffer[] = [];
  let reserved = 0;
  let isFinished = false;

  // The listeners stay: a client that breaks off later must not end the process, and removing them would cost more
  // than what else is done here.
  const finish = (body: Buffer | ReviewProblem | null): void => {
    if (isFinished) return;
    isFinished = true;
    deadlines.remove(deadline);
    listener(body, reserved);
    // On HTTP/2 the client decides how long a stream lives, and these listeners with it.
    chunks.length = 0;
  };
  const onData = (chunk: Buffer): void => {
    if (isFinished) return;
    if (reserved + chunk.length > limits.bodyBytes) return finish(tooLarge(limits.bodyBytes));
    if (!load.reserve(chunk.length)) return finish(NO_ROOM);
    reserved += chunk.length;
    chunks.push(chunk);
  };
  const onClose = (): void => finish(null);
  const onOverdue = (): void => finish(slowBody(limits.deadlineMilliseconds));

  const deadline = deadlines.add(onOverdue);
  request.on('data', onData);
  request.on('end', () => finish(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
  request.on('close', onClose);
  request.on('error', onClose);
}

const NO_ROOM: ReviewProblem = Object.freeze({
  reason: 'Overloaded',
  status: 503,
  text: 'the webhook has no room for the body of one more review; try again',
  retry: true,
  close: true,
});

/** The answer to a body longer than may be. */
export function tooLarge(bodyBytes: number): ReviewProblem {
  const text = `the body is longer than ${bodyBytes} bytes`;
  return { reason: 'TooLarge', status: 413, text, close: true };
}

function slowBody(milliseconds: number): ReviewProblem {
  const text = `the body did not come within ${milliseconds} ms`;
  return { reason: 'SlowBody', status: 408, text, close: true };
}
