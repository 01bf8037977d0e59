import type { FileBytes } from './read-limited.ts';
import { tooLarge } from './read-limited.ts';

/** Collects a stream of at most `limit` bytes. */
export async function readStdin(stream: AsyncIterable<Uint8Array>, limit: number): Promise<FileBytes> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of stream) {
    total += chunk.byteLength;
    if (total > limit) return { error: tooLarge('more', limit) };
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
