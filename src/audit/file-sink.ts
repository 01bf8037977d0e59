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
export interface FileSink {
  /** The last proven record on the volume; null on an empty one. */
  readonly previous: LastHead | null;
  /** Of the epoch that begins. */
  readonly number: number;
  /** Bytes of all files of the replica. */
  readonly usedBytes: () => number;
  /** Bytes of the current file; null before the first. */
  readonly position: () => number | null;
  readonly nextFile: () => Promise<void>;
  /** Writes all and waits until it is on the disk. Where that fails, nothing of it is left, or the sink is broken. */
  readonly append: (bytes: Buffer) => Promise<void>;
  /** Why it cannot be written to any more. */
  readonly broken: () => string | null;
  /** The newest of the oldest files that were all last written before a time. Not the current one. */
  readonly findOld: (before: number) => Promise<OldFile | null>;
  /** Removes a file and all that are older. */
  readonly remove: (through: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the folder and finds what earlier epochs left. */
export async function openFileSink(options: FileSinkOptions): Promise<FileSink> {
  const { folder, replica, create = createFile } = options;
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const listFiles = async () =>
    (await readdir(folder)).filter((name) => parseAuditFileName(name)?.replica === replica).sort();
  const found = await listFiles();
  const sizes = new Map<string, number>();
  for (const name of found) sizes.set(name, (await stat(join(folder, name))).size);
  const newestFirst = [...found].reverse();
  const previous = await findLastHead(newestFirst.map((name) => () => readFile(join(folder, name))));
  // A file that holds no proven record has a number too, which is not used again.
  const number = 1 + Math.max(0, ...found.map((name) => parseAuditFileName(name)?.number ?? 0));

  let current: { readonly name: string; readonly handle: AuditFileHandle } | null = null;
  let part = 0;
  let broken: string | null = null;

  const nextFile = async (): Promise<void> => {
    const name = auditFileName({ replica, number, part: part + 1 });
    const handle = await create(join(folder, name));
    part += 1;
    await current?.handle.close();
    current = { name, handle };
    sizes.set(name, 0);
  };
  const append = async (bytes: Buffer): Promise<void> => {
    if (current === null) throw new Error('there is no file yet');
    const { name, handle } = current;
    const position = sizes.get(name) ?? 0;
    try {
      await writeAll(handle, bytes, position);
    } catch (error) {
      await handle.truncate(position).catch((second: unknown) => (broken = errorMessage(second)));
      throw error;
    }
    try {
      await handle.datasync();
    } catch (error) {
      // After a failed sync it is not known what the disk holds, and a second sync may succeed without it.
      broken = `sync of ${name} failed: ${errorMessage(error)}`;
      throw error;
    }
    sizes.set(name, position + bytes.length);
  };
  return {
    previous,
    number,
    usedBytes: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
    position: () => (current === null ? null : (sizes.get(current.name) ?? 0)),
    nextFile,
    append,
    broken: () => broken,
    findOld: async (before) =>
      findOldFile({ folder, names: await listFiles(), current: current?.name }, before),
    remove: async (through) => {
      for (const name of await listFiles()) {
        if (name > through || name === current?.name) break;
        await unlink(join(folder, name));
        sizes.delete(name);
      }
    },
    close: async () => current?.handle.close(),
  };
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

async function findOldFile(
  { folder, names, current }: { folder: string; names: readonly string[]; current: string | undefined },
  before: number,
): Promise<OldFile | null> {
  const old: string[] = [];
  for (const name of names) {
    if (name === current || (await stat(join(folder, name))).mtimeMs >= before) break;
    old.push(name);
  }
  const last = old.at(-1);
  if (last === undefined) return null;
  const head = await findLastHead([...old].reverse().map((name) => () => readFile(join(folder, name))));
  return head === null ? null : { name: last, head };
}
