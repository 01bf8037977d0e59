import { type Logger } from '../lib/log.ts';
import type { AuditLog } from './audit-log.ts';

/** What a replica's audit log needs. */
export interface AuditLogOptions {
  readonly tenant: string;
  /** The name of the replica's pod. */
  readonly replica: string;
  /** Where the files lie; made if it is missing. Null writes no file, and no record is then `Synced`. */
  readonly folder: string | null;
  /** Where the lines are written too, for example `process.stdout`. */
  readonly stream: NodeJS.WritableStream | null;
  /** Holds `id` and `key` of the tenant's key, a mounted Secret. Null records no arguments. */
  readonly keyFolder: string | null;
  readonly retentionDays: number;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Opens the log and begins an epoch. Rejects where the folder cannot be written. */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  await Promise.resolve(options);
  throw new Error('not built');
}
