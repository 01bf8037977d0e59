import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseAuditFileName } from '../file-name.ts';
import { readLine, splitFile } from '../read-line.ts';
import { ReplicaVerifier } from './replica-verifier.ts';
import type { RegisteredEpoch, VerifyReport } from './report.ts';

/** The path leads to no audit. */
export class NoAuditError extends Error {
  override readonly name = 'NoAuditError';
}

/**
 * Verifies a file, or every file of a folder. Of a file alone, what is before it is not missing. Rejects where something
 * cannot be read, or is no audit.
 */
export async function verifyFiles(
  path: string,
  registered: readonly RegisteredEpoch[] | null,
): Promise<VerifyReport> {
  const files = await listAuditFiles(path);
  const isPart = files.length === 1 && files[0]?.path === path;
  const verifiers = new Map<string, ReplicaVerifier>();
  for (const { replica: named, path: file } of files) {
    const content = await readFile(file);
    const replica = named ?? replicaIn(content);
    const verifier = verifiers.get(replica) ?? new ReplicaVerifier(replica, registered, isPart);
    verifiers.set(replica, verifier);
    verifier.addFile(basename(file), content);
  }
  // A replica all of whose files are gone is missing too.
  for (const { replica } of isPart ? [] : (registered ?? [])) {
    if (!verifiers.has(replica)) verifiers.set(replica, new ReplicaVerifier(replica, registered, false));
  }
  const all = [...verifiers.values()];
  return {
    files: files.length,
    epochs: all.flatMap((one) => one.end()),
    records: all.reduce((sum, { records }) => sum + records, 0),
    problems: all.flatMap(({ problems }) => problems),
    openIntents: all.flatMap(({ openIntents }) => [...openIntents.values()]),
  };
}

/** The files of an audit, each replica's in their order. */
export async function listAuditFiles(
  path: string,
): Promise<readonly { readonly replica: string | null; readonly path: string }[]> {
  if (!(await stat(path)).isDirectory()) {
    return [{ replica: parseAuditFileName(basename(path))?.replica ?? null, path }];
  }
  const found = (await readdir(path)).sort().flatMap((name) => {
    const parsed = parseAuditFileName(name);
    return parsed === null ? [] : [{ replica: parsed.replica, path: join(path, name) }];
  });
  if (found.length === 0) throw new NoAuditError(`${path} holds no file of an audit`);
  return found;
}

/** Returns the replica that the first record names; the empty text where it cannot be read. */
function replicaIn(content: Buffer): string {
  const [first] = splitFile(content);
  const read = first === undefined ? null : readLine(first.bytes);
  return read?.record?.unmapped.epoch?.replica ?? '';
}
