import type { AuditHead } from './audit-log.ts';
import { chainRecord, type ChainPlace, createEpochKey, NO_HASH, signLine } from './chain.ts';
import type { DiskRoom, KeptRoom } from './disk-room.ts';
import type { FileSink } from './file-sink.ts';
import { logRecord } from './log-record.ts';
import { type PendingRecord, pendingRecord } from './pending-records.ts';
import { sourceOf } from './record-source.ts';
import type { StreamSink } from './stream-sink.ts';

export interface WriterOptions {
  readonly tenant: string;
  readonly replica: string;
  readonly epoch: string;
  readonly file: FileSink | null;
  readonly stream: StreamSink | null;
  readonly room: DiskRoom;
  /** A file that is longer is followed by another. */
  readonly maxFileBytes: number;
  readonly now: () => number;
}

interface Refused {
  readonly pending: PendingRecord;
  readonly reason: string;
}

/** What became of records. */
export interface Written {
  readonly written: readonly { readonly pending: PendingRecord; readonly sequence: number }[];
  /** Those for which no room was kept and there is none, with the reason. */
  readonly refused: readonly Refused[];
}

interface ChainedRecords extends Written {
  readonly lines: readonly string[];
  readonly sizes: readonly number[];
  /** Kept until the lines are on the disk or given up. */
  readonly rooms: readonly KeptRoom[];
  readonly sequence: number;
  readonly hash: string;
}

/** Gives records their places in the chain of an epoch, signs the last of each write, and writes them to every sink. */
export class RecordWriter {
  readonly #options: WriterOptions;
  readonly #key = createEpochKey();
  readonly #startTime: number;
  #sequence = 0;
  #hash: string;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#startTime = Math.round(options.now());
    this.#hash = options.file?.previous?.hash ?? NO_HASH;
  }

  /**
   * All that was written is on the disk when it resolves. Where it rejects, nothing was written and the chain is as before.
   * The first write of each file begins with a record that names the epoch's public key.
   */
  async write(records: readonly PendingRecord[]): Promise<Written> {
    const { file, stream, room, maxFileBytes } = this.#options;
    if (file !== null && (file.position() ?? Infinity) >= maxFileBytes) await file.nextFile();
    const begins = this.#sequence === 0 || file?.position() === 0;
    const chained = this.#chain(begins ? [this.#header(), ...records] : records);
    const { lines, sizes, rooms, written, refused } = chained;
    if (lines.length === 0) return { written, refused };
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    try {
      await file?.append(bytes);
    } finally {
      for (const kept of rooms) kept.release();
    }
    this.#sequence = chained.sequence;
    this.#hash = chained.hash;
    for (const [index, { pending }] of written.entries()) {
      room.written(sourceOf(pending.record), sizes[index] ?? 0);
      pending.room?.release();
    }
    await stream?.write(bytes);
    return { written, refused };
  }

  head(): AuditHead {
    const { replica, epoch, file } = this.#options;
    const previous = file?.previous ?? null;
    return {
      replica,
      epoch,
      number: file?.number ?? 1,
      publicKey: this.#key.publicKey,
      startTime: new Date(this.#startTime).toISOString(),
      previous:
        previous === null
          ? null
          : { epoch: previous.epoch, sequence: previous.sequence, hash: previous.hash },
      sequence: this.#sequence,
      hash: this.#hash,
    };
  }

  #chain(records: readonly PendingRecord[]): ChainedRecords {
    const { epoch } = this.#options;
    const lines: string[] = [];
    const sizes: number[] = [];
    const rooms: KeptRoom[] = [];
    const written: { pending: PendingRecord; sequence: number }[] = [];
    const refused: Refused[] = [];
    let place: ChainPlace = { epoch, sequence: this.#sequence, previousHash: this.#hash };
    let hash = this.#hash;
    for (const pending of records) {
      const next = { epoch, sequence: place.sequence + 1, previousHash: hash };
      const chained = chainRecord(pending.record, next);
      const size = Buffer.byteLength(chained.line) + 1;
      const room = this.#roomFor(pending, size);
      if (typeof room === 'string') {
        refused.push({ pending, reason: room });
        continue;
      }
      rooms.push(room);
      place = next;
      hash = chained.hash;
      lines.push(chained.line);
      sizes.push(size);
      written.push({ pending, sequence: next.sequence });
    }
    const last = lines.pop();
    if (last !== undefined) lines.push(signLine(last, this.#key.sign(place, hash)));
    return { lines, sizes, rooms, written, refused, sequence: place.sequence, hash };
  }

  #roomFor({ record, isReserved, room: kept }: PendingRecord, size: number): KeptRoom | string {
    const { room } = this.#options;
    const source = sourceOf(record);
    // The header of a file is written whatever else is.
    const isCertain = kept !== null || record.unmapped.epoch !== undefined;
    const refusal = isCertain ? null : room.refusalOf(source, size, isReserved);
    return refusal ?? room.keep(source, kept === null ? size : 0);
  }

  #header(): PendingRecord {
    const { tenant, replica, file, now } = this.#options;
    const previous = file?.previous ?? null;
    const epoch = {
      number: file?.number ?? 1,
      replica,
      public_key: this.#key.publicKey,
      start_time: this.#startTime,
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
    const event = this.#sequence === 0 ? 'EpochStarted' : 'EpochContinued';
    const record = logRecord({ event, tenant, replica, time: now() }, { epoch });
    return pendingRecord(record, { bytes: 0, isReserved: true });
  }
}
