import type { PassThrough, Readable } from 'node:stream';

const MILLISECONDS = 3_000;
const BOOKMARK = `${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '1' } } })}\n`;

/** Keeps a watch of the client in memory fresh: a real API server sends a bookmark at the end of each of the gateway's watches. */
export function sendBookmarks(stream: Readable): Readable {
  const timer = setInterval(() => (stream as PassThrough).write(BOOKMARK), MILLISECONDS);
  stream.once('close', () => clearInterval(timer));
  return stream;
}
