import { constants, type PathLike } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../lib/error-code.ts';

/** A file as it has to be. */
export interface InstalledFile {
  /** Its name in the folder, without a slash. */
  readonly name: string;
  readonly content: string;
}

/** What was done: the file was as it has to be, was not there, or was something else and is replaced. */
export type InstallOutcome = 'Fresh' | 'Added' | 'Restored';

/** Readable by all: the kubelet is root, and the container runtime may not be. */
const MODE = 0o644;
const PERMISSION_BITS = 0o7777;

/**
 * Puts a file into a folder unless it is there. The file appears whole or not at all, also after a loss of power. Neither a
 * symbolic link in place of the file nor one in place of the unfinished file is followed; both are replaced. Rejects with
 * the error of the system, for example if a folder has the name of the file.
 */
export async function installFile(folder: string, file: InstalledFile): Promise<InstallOutcome> {
  const path = join(folder, file.name);
  const found = await inspect(path, file.content);
  if (found === 'Fresh') return 'Fresh';
  const unfinished = join(folder, `.${file.name}.unfinished`);
  // Left by an installer that was killed.
  await rm(unfinished, { force: true });
  try {
    await writeNew(unfinished, file.content);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
  await synchronize(folder);
  return found === 'Absent' ? 'Added' : 'Restored';
}

async function inspect(path: string, content: string): Promise<'Fresh' | 'Absent' | 'Different'> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK, a named pipe would wait for its writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return 'Absent';
    if (code === 'ELOOP' || code === 'ENXIO') return 'Different';
    throw error;
  }
  try {
    const stat = await handle.stat();
    const isSame =
      stat.isFile() &&
      (stat.mode & PERMISSION_BITS) === MODE &&
      stat.uid === process.getuid?.() &&
      stat.nlink === 1 &&
      stat.size === Buffer.byteLength(content);
    return isSame && (await handle.readFile('utf8')) === content ? 'Fresh' : 'Different';
  } finally {
    await handle.close();
  }
}

async function writeNew(path: PathLike, content: string): Promise<void> {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const handle = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, MODE);
  try {
    await handle.writeFile(content);
    // The umask does not apply to chmod.
    await handle.chmod(MODE);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the entries of a folder durable. */
async function synchronize(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
