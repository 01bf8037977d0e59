import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { RefusalError } from '../egress/egress-refusal.ts';

/** Read ahead of an upstream that takes the body slowly. */
const MAX_BUFFERED_BYTES = 16 * 1_024;
const NOTHING = Buffer.alloc(0);

/** Whether a request has a body (RFC 9112, section 6.3). */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * A body that was read as a whole on its way. `onSent` is called when nothing of it is kept any more, which is before its
 * response ends. Its pieces are copies: a piece that waits for a slow upstream must not keep the whole.
 */
export function createWholeUpload(bytes: Buffer, onSent: () => void): Readable {
  let rest = bytes;
  const upload = new Readable({
    highWaterMark: MAX_BUFFERED_BYTES,
    read: () => {
      const piece = Buffer.from(rest.subarray(0, MAX_BUFFERED_BYTES));
      rest = rest.subarray(piece.length);
      upload.push(piece.length === 0 ? null : piece);
    },
  });
  upload.on('error', () => undefined);
  upload.once('close', () => {
    rest = NOTHING;
    onSent();
  });
  return upload;
}

/**
 * The body of a request on its way. It fails before a byte that may not leave. An iterator over the request would end its
 * connection, on which the answer still has to be sent.
 */
export function createUpload(request: IncomingMessage, mayLeave: (bytes: number) => boolean): Readable {
  let bytes = 0;
  const upload = new Readable({
    highWaterMark: MAX_BUFFERED_BYTES,
    read: () => void request.resume(),
  });
  // Who sends it listens only while it is sent. An error that nobody hears would end the process.
  upload.on('error', () => undefined);
  request.pause();
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (upload.destroyed) return;
    if (!mayLeave(bytes)) {
      const message =
        'The budget of bytes that leave in a day is used up. Send less, or wait for the next day.';
      upload.destroy(new RefusalError('BudgetUsedUp', message));
    } else if (!upload.push(chunk)) request.pause();
  });
  request.once('end', () => upload.push(null));
  request.once('close', () => {
    if (!request.complete) upload.destroy(new Error('the client is gone'));
  });
  return upload;
}
