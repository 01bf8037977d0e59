import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const CHUNK_BYTES = 4_194_304;

/**
 * Returns which of the texts are in the memory of a process of Linux that it can write, in one byte a character or in two, as
 * V8 keeps strings. Throws where the memory may not be read.
 */
export function findInMemory(pid: number, texts: readonly string[]): ReadonlySet<string> {
  const wanted = texts.flatMap((text) =>
    (['utf8', 'utf16le'] as const).map((encoding) => ({ text, bytes: Buffer.from(text, encoding) })),
  );
  const overlap = Math.max(...wanted.map(({ bytes }) => bytes.length));
  const found = new Set<string>();
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const buffer = Buffer.alloc(CHUNK_BYTES + overlap);
  try {
    for (const [at, end] of chunksOf(pid)) {
      const length = readPart(memory, buffer, at, Math.min(end - at, buffer.length));
      const part = buffer.subarray(0, length);
      for (const { text, bytes } of wanted) if (part.includes(bytes)) found.add(text);
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

/** Where to begin to read, and the end of the range that this is in. */
function* chunksOf(pid: number): Generator<readonly [at: number, end: number]> {
  for (const [start, end] of writableRanges(pid))
    for (let at = start; at < end; at += CHUNK_BYTES) yield [at, end];
}

function writableRanges(pid: number): readonly (readonly [start: number, end: number])[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, start = '', end = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      return start === '' ? [] : [[Number.parseInt(start, 16), Number.parseInt(end, 16)] as const];
    });
}

/** What the process gave back since its ranges were listed reads as nothing. */
function readPart(memory: number, buffer: Buffer, position: number, length: number): number {
  try {
    return readSync(memory, buffer, 0, length, position);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') return 0;
    throw error;
  }
}
