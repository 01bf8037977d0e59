import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../lib/log.ts';
import type { AuditLog } from './audit-log.ts';
import { DiskRoom } from './disk-room.ts';
import { EpochLog } from './epoch-log.ts';
import { type AuditFileHandle, FileSink } from './file-sink.ts';
import { type FollowedKey, followTenantKey } from './follow-tenant-key.ts';
import { createGathering, type Gathering } from './gathering.ts';
import { RecordWriter } from './record-writer.ts';
import { createStreamSink, type StreamSink } from './stream-sink.ts';

/** Sizes in bytes, times in milliseconds. */
export interface AuditLimits {
  /** Records that wait in memory. */
  readonly maxPendingBytes: number;
  /** Files on the volume. A tenth of it is kept for containment. */
  readonly maxDiskBytes: number;
  readonly maxFileBytes: number;
  /** An intent that waits longer is refused. */
  readonly maxWaitMilliseconds: number;
  /** What is not `Synced` is written this often. */
  readonly flushMilliseconds: number;
}

/** For a volume of 1 GiB. */
export const AUDIT_LIMITS: AuditLimits = Object.freeze({
  maxPendingBytes: 16 * 1024 * 1024,
  maxDiskBytes: 900 * 1024 * 1024,
  maxFileBytes: 16 * 1024 * 1024,
  maxWaitMilliseconds: 2_000,
  flushMilliseconds: 250,
});

/** What a replica's audit log needs. */
export interface AuditLogOptions {
  readonly tenant: string;
  /** The name of the replica's pod. */
  readonly replica: string;
  /** Where the files lie; made if it is missing. Null writes no file, and refuses every intent that is `Synced`. */
  readonly folder: string | null;
  /** Where the lines are written too, for example `process.stdout`. */
  readonly stream: NodeJS.WritableStream | null;
  /** Holds `id` and `key` of the tenant's key, a mounted Secret. Null refuses calls whose arguments must be recorded. */
  readonly keyFolder: string | null;
  readonly retentionDays: number;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly limits?: Partial<AuditLimits>;
  /** Creates a file, for tests with a slow or a full disk. */
  readonly createFile?: (path: string) => Promise<AuditFileHandle>;
}

/** What an epoch's log is made of. */
export interface AuditLogParts extends Omit<AuditLogOptions, 'limits' | 'stream'> {
  readonly limits: AuditLimits;
  readonly file: FileSink | null;
  readonly stream: StreamSink | null;
  readonly room: DiskRoom;
  readonly writer: RecordWriter;
  readonly gathering: Gathering;
  readonly key: FollowedKey | null;
}

/** Opens the log and begins an epoch, whose first record is on the disk then. Rejects where the folder cannot be written. */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { tenant, replica, folder, stream, keyFolder, now } = options;
  const limits = { ...AUDIT_LIMITS, ...options.limits };
  const file = folder === null ? null : await FileSink.open({ folder, replica, create: options.createFile });
  const streamSink = stream === null ? null : createStreamSink(stream);
  const room = new DiskRoom(file, {
    maxBytes: limits.maxDiskBytes,
    reservedBytes: Math.floor(limits.maxDiskBytes / 10),
    maxBytesOfSandbox: Math.floor(limits.maxDiskBytes / 4),
  });
  const { maxFileBytes } = limits;
  const epoch = randomUUID();
  const writer = new RecordWriter({
    tenant,
    replica,
    epoch,
    file,
    stream: streamSink,
    room,
    maxFileBytes,
    now,
  });
  await writer.write([]);
  const key = keyFolder === null ? null : await followTenantKey(keyFolder, options.log);
  const gathering = createGathering({ now, wait: delay });
  return new EpochLog({ ...options, limits, file, stream: streamSink, room, writer, gathering, key });
}
