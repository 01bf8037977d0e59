import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** The bytes of a file, or a sentence that says why it is not read. */
export type FileBytes = Buffer | { readonly error: string };

/**
 * Reads a file of at most `limit` bytes. Pipes and devices are read only where `allowPipes` is set, as for a path that
 * the user named; one that merely lies in a folder could block for ever. Throws the system's error where there is one.
 */
export function readLimited(path: string, limit: number, allowPipes: boolean): FileBytes {
  // Opening a pipe without a writer would wait for one.
  const descriptor = openSync(
    path,
    allowPipes ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK,
  );
  try {
    const stat = fstatSync(descriptor);
    if (stat.isFile()) {
      if (stat.size > limit) return { error: tooLarge(stat.size, limit) };
    } else if (!allowPipes) {
      return { error: 'is not a regular file: name it on the command line to read it' };
    }
    return readAll(descriptor, stat.isFile() ? stat.size : 0, limit);
  } finally {
    closeSync(descriptor);
  }
}

/** Says that an input is too large: its size and the limit in bytes. A size still growing is given as a lower bound. */
export function tooLarge(size: number | 'more', limit: number): string {
  const found = size === 'more' ? `has more than ${limit} bytes` : `has ${size} bytes`;
  return `${found}, and the limit for one file is ${limit} (${limit / 2 ** 20} MiB): split it`;
}

function readAll(descriptor: number, expected: number, limit: number): FileBytes {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    // One byte more than expected, so that the second read finds the end without another large buffer.
    const chunk = Buffer.allocUnsafe(total === 0 ? expected + 1 : 65_536);
    const read = readSync(descriptor, chunk);
    if (read === 0) break;
    total += read;
    if (total > limit) return { error: tooLarge('more', limit) };
    chunks.push(chunk.subarray(0, read));
    if (total === expected && expected > 0 && chunks.length === 1) break;
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
