import type { AuditHead } from './audit-log.ts';
import { chainRecord, type ChainPlace, createEpochKey, NO_HASH, signLine } from './chain.ts';
import type { FileSink } from './file-sink.ts';
import { logRecord } from './log-record.ts';
import type { PendingRecord } from './pending-records.ts';
import type { StreamSink } from './stream-sink.ts';

export interface WriterLimits {
  /** A file that is longer is followed by another. */
  readonly maxFileBytes: number;
  /** Of all files of the replica. */
  readonly maxBytes: number;
  /** The part of them that only containment and the log itself may use. */
  readonly reservedBytes: number;
  /** Bytes of one sandbox in one epoch. */
  readonly maxBytesOfSandbox: number;
}

export interface WriterOptions {
  readonly tenant: string;
  readonly replica: string;
  readonly epoch: string;
  readonly file: FileSink | null;
  readonly stream: StreamSink | null;
  readonly limits: WriterLimits;
  readonly now: () => number;
}

/** What became of records. */
export interface Written {
  readonly written: readonly { readonly pending: PendingRecord; readonly sequence: number }[];
  /** Those for which the disk has no room, with the reason. */
  readonly refused: readonly { readonly pending: PendingRecord; readonly reason: string }[];
}

/** Gives records their places in the chain of an epoch, signs the last of each write, and writes them to every sink. */
export interface RecordWriter {
  /** All of what was written is on the disk when it resolves. Where it rejects, nothing was written and the chain is as before. */
  readonly write: (records: readonly PendingRecord[]) => Promise<Written>;
  readonly head: () => AuditHead;
}

export function createRecordWriter(options: WriterOptions): RecordWriter {
  const { tenant, replica, epoch, file, stream, limits, now } = options;
  const key = createEpochKey();
  const previous = file?.previous ?? null;
  const startTime = Math.round(now());
  const bytesOf = new Map<string, number>();
  let sequence = 0;
  let hash = previous?.hash ?? NO_HASH;

  const header = (): PendingRecord => {
    const facts = {
      number: file?.number ?? 1,
      replica,
      public_key: key.publicKey,
      start_time: startTime,
      previous:
        previous === null
          ? null
          : {
              epoch: previous.epoch,
              sequence: previous.sequence,
              hash: previous.hash,
              tail_bytes: previous.tailBytes,
              tail_sha256: previous.tailHash,
            },
    };
    const event = sequence === 0 ? 'EpochStarted' : 'EpochContinued';
    const record = logRecord({ event, tenant, replica, time: now() }, { epoch: facts });
    return { record, bytes: 0, isReserved: true, waiter: null };
  };

  const refusalOf = ({ record, isReserved }: PendingRecord, size: number, used: number): string | null => {
    // The header of a file is written whatever else is.
    if (file === null || record.unmapped.epoch !== undefined) return null;
    const limit = isReserved ? limits.maxBytes : limits.maxBytes - limits.reservedBytes;
    if (used + size > limit) return 'the disk space for the audit is used up';
    const sandbox = record.unmapped.sandbox_uid;
    if (isReserved || sandbox === undefined) return null;
    return (bytesOf.get(sandbox) ?? 0) + size > limits.maxBytesOfSandbox
      ? 'this sandbox has used up its share of the disk space for the audit'
      : null;
  };

  const chain = (records: readonly PendingRecord[]) => {
    const lines: string[] = [];
    const written: { pending: PendingRecord; sequence: number; size: number }[] = [];
    const refused: { pending: PendingRecord; reason: string }[] = [];
    let place: ChainPlace = { epoch, sequence, previousHash: hash };
    let head = hash;
    let used = file?.usedBytes() ?? 0;
    for (const pending of records) {
      const next = { epoch, sequence: place.sequence + 1, previousHash: head };
      const chained = chainRecord(pending.record, next);
      const size = Buffer.byteLength(chained.line) + 1;
      const reason = refusalOf(pending, size, used);
      if (reason !== null) {
        refused.push({ pending, reason });
        continue;
      }
      place = next;
      head = chained.hash;
      used += size;
      lines.push(chained.line);
      written.push({ pending, sequence: next.sequence, size });
    }
    const last = lines.pop();
    if (last !== undefined) lines.push(signLine(last, key.sign(place, head)));
    return { lines, written, refused, sequence: place.sequence, head };
  };

  return {
    write: async (records) => {
      const needsFile = file !== null && (file.position() ?? Infinity) >= limits.maxFileBytes;
      if (needsFile) await file.nextFile();
      const begins = sequence === 0 || (file !== null && file.position() === 0);
      const chained = chain(begins ? [header(), ...records] : records);
      const { lines, written, refused } = chained;
      if (lines.length === 0) return { written: [], refused };
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      await file?.append(bytes);
      ({ sequence, head: hash } = chained);
      for (const { pending, size } of written) {
        const sandbox = pending.record.unmapped.sandbox_uid;
        if (sandbox !== undefined) bytesOf.set(sandbox, (bytesOf.get(sandbox) ?? 0) + size);
      }
      await stream?.write(bytes);
      return { written, refused };
    },
    head: () => ({
      replica,
      epoch,
      number: file?.number ?? 1,
      publicKey: key.publicKey,
      startTime: new Date(startTime).toISOString(),
      previous:
        previous === null
          ? null
          : { epoch: previous.epoch, sequence: previous.sequence, hash: previous.hash },
      sequence,
      hash,
    }),
  };
}
