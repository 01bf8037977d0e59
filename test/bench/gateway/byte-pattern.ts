import type { Writable } from 'node:stream';

const CHUNK_BYTES = 64 * 1024;
/** A prime, so that no chunk looks like the one before it. */
const PERIOD = 251;
const BYTES = Buffer.from(Uint8Array.from({ length: CHUNK_BYTES + PERIOD }, (_, index) => index % PERIOD));

/** Returns up to `count` bytes of an endless stream, which is the same every time, from a position on. */
function patternAt(position: number, count: number): Buffer {
  const start = position % PERIOD;
  return BYTES.subarray(start, start + Math.min(count, CHUNK_BYTES));
}

/** Tells whether the bytes are those of the stream from the position on. */
export function isPatternAt(position: number, bytes: Buffer): boolean {
  for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES) {
    const part = bytes.subarray(offset, offset + CHUNK_BYTES);
    if (!part.equals(patternAt(position + offset, part.length))) return false;
  }
  return true;
}

/** Writes so many bytes and ends the stream. It waits whenever the reader does not keep up. */
export function writePattern(stream: Writable, count: number): void {
  let written = 0;
  const write = (): void => {
    while (written < count) {
      const chunk = patternAt(written, count - written);
      written += chunk.length;
      if (!stream.write(chunk)) {
        stream.once('drain', write);
        return;
      }
    }
    stream.end();
  };
  write();
}
