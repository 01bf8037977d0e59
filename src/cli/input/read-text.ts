import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode } from '../../lib/error-code.ts';

/** A text, or a sentence without its subject that says why there is none and what to do. */
export type ReadText = { readonly text: string } | { readonly error: string };

const CHUNK_BYTES = 65_536;

// What to do about the system errors that people meet; every other error is named by its code.
const ADVICE = new Map([
  ['ENOENT', 'does not exist: check the path'],
  ['EACCES', 'cannot be read: you do not have read permission'],
  ['EPERM', 'cannot be read: you do not have read permission'],
  ['ELOOP', 'is a symbolic link that leads back to itself: remove it'],
  ['ENOTDIR', 'is below a path that is not a folder: check the path'],
  ['ENXIO', 'is a socket: give a file'],
  ['ENAMETOOLONG', 'has a path that is too long: check it'],
]);

/** Says why the system does not let a path be read. */
export function explainReadError(error: unknown): string {
  const code = errorCode(error) ?? String(error);
  return ADVICE.get(code) ?? `cannot be read (${code}): check it`;
}

/**
 * Reads a file of at most `maxBytes`. Pipes and devices are read only with `allowPipes`, for a path that the user
 * named: one that is in a folder could block forever.
 */
export function readFileText(path: string, maxBytes: number, allowPipes: boolean): ReadText {
  try {
    // Opening a pipe without a writer would wait for one.
    const flags = allowPipes ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK;
    const descriptor = openSync(path, flags);
    try {
      return readDescriptor(descriptor, maxBytes, allowPipes);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return { error: explainReadError(error) };
  }
}

/** Reads a stream of at most `maxBytes`. */
export async function readStreamText(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<ReadText> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of stream) {
    total += chunk.byteLength;
    if (total > maxBytes) return { error: tooLarge('more', maxBytes) };
    chunks.push(chunk);
  }
  return decode(Buffer.concat(chunks));
}

function readDescriptor(descriptor: number, maxBytes: number, allowPipes: boolean): ReadText {
  const stat = fstatSync(descriptor);
  if (!stat.isFile() && !allowPipes) {
    return { error: 'is not a regular file: name it on the command line to read it' };
  }
  if (stat.isFile() && stat.size > maxBytes) return { error: tooLarge(stat.size, maxBytes) };
  const expected = stat.isFile() ? stat.size : 0;
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(expected > 0 ? expected + 1 : CHUNK_BYTES);
    const read = readSync(descriptor, chunk);
    total += read;
    if (total > maxBytes) return { error: tooLarge('more', maxBytes) };
    chunks.push(chunk.subarray(0, read));
    // A short read is the end of a regular file, but not of a pipe or of a file in /proc, which has no size.
    if (read === 0 || (expected > 0 && read < chunk.length)) return decode(Buffer.concat(chunks));
  }
}

function tooLarge(size: number | 'more', maxBytes: number): string {
  const found = size === 'more' ? `has more than ${maxBytes} bytes` : `has ${size} bytes`;
  return `${found}, and the limit for one file is ${maxBytes} (${maxBytes / 2 ** 20} MiB): split it`;
}

/** Decodes UTF-8 strictly, because a replaced byte could change what a manifest means. */
function decode(bytes: Buffer): ReadText {
  if (bytes.length === 0) return { error: 'is empty: write a manifest into it or leave it out' };
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') return { error: 'is UTF-16: save it as UTF-8' };
  const nul = bytes.indexOf(0);
  if (nul !== -1) return { error: `is binary, with a NUL byte at offset ${nul}: give a YAML or JSON file` };
  if (!isUtf8(bytes)) return { error: 'is not valid UTF-8: save it as UTF-8' };
  return { text: bytes.toString('utf8') };
}
