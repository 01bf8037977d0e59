import { mkdir, open, readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage } from '../lib/error-message.ts';
import { auditFileName, parseAuditFileName } from './file-name.ts';
import { findLastHead, type LastHead } from './find-last-head.ts';

/** What is asked of the file system while records are written, so that tests can have a slow or a full one. */
export interface AuditFileHandle {
  readonly write: (
    bytes: Buffer,
    offset: number,
    length: number,
    position: number,
  ) => Promise<{ readonly bytesWritten: number }>;
  readonly datasync: () => Promise<void>;
  readonly truncate: (length: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface FileSinkOptions {
  readonly folder: string;
  readonly replica: string;
  /** Creates a file that must not exist. */
  readonly create?: (path: string) => Promise<AuditFileHandle>;
}

/** A file that retention may remove. */
export interface OldFile {
  readonly name: string;
  readonly head: LastHead;
}

/** Writes to the files of one replica. */
export class FileSink {
  /** The last proven record on the volume; null on an empty one. */
  readonly previous: LastHead | null;
  /** Of the epoch that begins. */
  readonly number: number;
  readonly #options: FileSinkOptions;
  readonly #sizes: Map<string, number>;
  #usedBytes: number;
  #current: { readonly name: string; readonly handle: AuditFileHandle } | null = null;
  #part = 0;
  #broken: string | null = null;

  private constructor(
    options: FileSinkOptions,
    found: ReadonlyMap<string, number>,
    previous: LastHead | null,
  ) {
    this.#options = options;
    this.#sizes = new Map(found);
    this.#usedBytes = [...found.values()].reduce((sum, size) => sum + size, 0);
    this.previous = previous;
    // A file that holds no proven record has a number too, which is not used again.
    this.number = 1 + Math.max(0, ...[...found.keys()].map((name) => parseAuditFileName(name)?.number ?? 0));
  }

  /** Opens the folder and finds what earlier epochs left. */
  static async open(options: FileSinkOptions): Promise<FileSink> {
    const { folder, replica } = options;
    await mkdir(folder, { recursive: true, mode: 0o750 });
    const sizes = new Map<string, number>();
    const names = await listFiles(folder, replica);
    for (const name of names) sizes.set(name, (await stat(join(folder, name))).size);
    return new FileSink(options, sizes, await findHeadIn(folder, names));
  }

  /** Bytes of all files of the replica. */
  usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes of the current file; null before the first. */
  position(): number | null {
    return this.#current === null ? null : (this.#sizes.get(this.#current.name) ?? 0);
  }

  /** Why it cannot be written to any more. */
  broken(): string | null {
    return this.#broken;
  }

  async nextFile(): Promise<void> {
    const { folder, replica, create = createFile } = this.#options;
    const name = auditFileName({ replica, number: this.number, part: this.#part + 1 });
    const handle = await create(join(folder, name));
    this.#part += 1;
    await this.#current?.handle.close();
    this.#current = { name, handle };
    this.#sizes.set(name, 0);
  }

  /** Writes all and waits until it is on the disk. Where that fails, nothing of it is left, or the sink is broken. */
  async append(bytes: Buffer): Promise<void> {
    if (this.#current === null) throw new Error('there is no file yet');
    const { name, handle } = this.#current;
    const position = this.#sizes.get(name) ?? 0;
    try {
      await writeAll(handle, bytes, position);
    } catch (error) {
      await handle.truncate(position).catch((second: unknown) => (this.#broken = errorMessage(second)));
      throw error;
    }
    try {
      await handle.datasync();
    } catch (error) {
      // After a failed sync it is not known what the disk holds, and a second sync may succeed without it.
      this.#broken = `sync of ${name} failed: ${errorMessage(error)}`;
      throw error;
    }
    this.#sizes.set(name, position + bytes.length);
    this.#usedBytes += bytes.length;
  }

  /** Finds the newest of the oldest files that were all last written before a time. Not the current one. */
  async findOld(before: number): Promise<OldFile | null> {
    const { folder, replica } = this.#options;
    const old: string[] = [];
    for (const name of await listFiles(folder, replica)) {
      if (name === this.#current?.name || (await stat(join(folder, name))).mtimeMs >= before) break;
      old.push(name);
    }
    const last = old.at(-1);
    const head = last === undefined ? null : await findHeadIn(folder, old);
    return last === undefined || head === null ? null : { name: last, head };
  }

  /** Removes a file and all that are older. */
  async remove(through: string): Promise<void> {
    const { folder, replica } = this.#options;
    for (const name of await listFiles(folder, replica)) {
      if (name > through || name === this.#current?.name) break;
      await unlink(join(folder, name));
      this.#usedBytes -= this.#sizes.get(name) ?? 0;
      this.#sizes.delete(name);
    }
  }

  async close(): Promise<void> {
    await this.#current?.handle.close();
  }
}

async function listFiles(folder: string, replica: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => parseAuditFileName(name)?.replica === replica).sort();
}

function findHeadIn(folder: string, names: readonly string[]): Promise<LastHead | null> {
  const newestFirst = [...names].reverse();
  return findLastHead(newestFirst.map((name) => () => readFile(join(folder, name))));
}

async function createFile(path: string): Promise<AuditFileHandle> {
  const handle = await open(path, 'wx', 0o640);
  const folder = await open(join(path, '..'), 'r');
  try {
    // Else the file may be gone after a loss of power, though its content was synced.
    await folder.sync();
  } finally {
    await folder.close();
  }
  return handle;
}

async function writeAll(handle: AuditFileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, offset, bytes.length - offset, position + offset);
    offset += bytesWritten;
  }
}
