/** One member of an archive: a file with `content`, a symbolic link with `linkTarget`, else a folder, whose path ends with `/`. */
export interface ArchiveEntry {
  readonly path: string;
  readonly mode: number;
  readonly content?: Buffer;
  readonly linkTarget?: string;
}

const BLOCK_BYTES = 512;
const MAX_NAME_BYTES = 100;

/** Packs the entries as a POSIX ustar archive, owned by root and dated 1970: the same entries give the same bytes. */
export function tarArchive(entries: readonly ArchiveEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = entry.content ?? Buffer.alloc(0);
    const padding = Buffer.alloc((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES);
    return [header(entry, content.length), content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function header({ path, mode, content, linkTarget = '' }: ArchiveEntry, size: number): Buffer {
  for (const name of [path, linkTarget]) {
    if (Buffer.byteLength(name) > MAX_NAME_BYTES)
      throw new Error(`${name}: longer than ${MAX_NAME_BYTES} bytes`);
  }
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(path, 0);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  block.write(typeFlag(content, linkTarget), 156);
  block.write(linkTarget, 157);
  block.write('ustar\u000000', 257);
  // The checksum is taken with its own field filled with blanks.
  block.fill(' ', 148, 156);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function typeFlag(content: Buffer | undefined, linkTarget: string): string {
  if (content !== undefined) return '0';
  return linkTarget === '' ? '5' : '2';
}
