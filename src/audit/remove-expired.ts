import { errorMessage } from '../lib/error-message.ts';
import type { Logger } from '../lib/log.ts';
import type { FileSink } from './file-sink.ts';
import { logRecord } from './log-record.ts';
import { pendingRecord, type PendingRecords } from './pending-records.ts';

const DAY_MILLISECONDS = 86_400_000;

/**
 * Removes files that are older than the retention, after a record that says so. The record proves that what is missing at the
 * beginning was removed for its age and not cut off.
 */
export async function removeExpired(
  given: {
    readonly file: FileSink | null;
    readonly tenant: string;
    readonly replica: string;
    readonly retentionDays: number;
    readonly log: Logger;
    readonly now: () => number;
  },
  { pending, flush }: { readonly pending: PendingRecords; readonly flush: () => Promise<void> },
): Promise<void> {
  const { file, tenant, replica, retentionDays, log, now } = given;
  if (file === null) return;
  try {
    const old = await file.findOld(now() - retentionDays * DAY_MILLISECONDS);
    if (old === null) return;
    const { epoch, number, sequence, hash } = old.head;
    const expired = { file: old.name, epoch, number, sequence, hash };
    const record = logRecord({ event: 'FilesExpired', tenant, replica, time: now() }, { expired });
    const written = new Promise<void>((resolve, reject) => {
      const waiter = { since: now(), resolve: () => resolve(), reject };
      const reason = pending.add(pendingRecord(record, { isReserved: true, waiter }), false);
      if (reason !== null) reject(new Error(reason));
    });
    // It may be refused while the flush hangs.
    await Promise.all([written, flush()]);
    await file.remove(old.name);
  } catch (error) {
    log.warn({ error: errorMessage(error) }, 'old files of the audit cannot be removed');
  }
}
