import type { AuditHead } from './audit-log.ts';
import { chainRecord, type ChainPlace, createEpochKey, NO_HASH, signLine } from './chain.ts';
import type { FileSink } from './file-sink.ts';
import { logRecord } from './log-record.ts';
import type { PendingRecord } from './pending-records.ts';
import { sourceOf } from './record-source.ts';
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

interface Refused {
  readonly pending: PendingRecord;
  readonly reason: string;
  readonly isOfSandbox: boolean;
}

/** What became of records. */
export interface Written {
  readonly written: readonly { readonly pending: PendingRecord; readonly sequence: number }[];
  /** Those for which the disk has no room, with the reason; `isOfSandbox` where others still have. */
  readonly refused: readonly Refused[];
}

interface ChainedRecords extends Written {
  readonly lines: readonly string[];
  readonly sizes: readonly number[];
  readonly sequence: number;
  readonly hash: string;
}

/** Gives records their places in the chain of an epoch, signs the last of each write, and writes them to every sink. */
export class RecordWriter {
  readonly #options: WriterOptions;
  readonly #key = createEpochKey();
  readonly #startTime: number;
  readonly #bytesOf = new Map<string, number>();
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
    const { file, stream, limits } = this.#options;
    if (file !== null && (file.position() ?? Infinity) >= limits.maxFileBytes) await file.nextFile();
    const begins = this.#sequence === 0 || file?.position() === 0;
    const chained = this.#chain(begins ? [this.#header(), ...records] : records);
    const { lines, sizes, written, refused } = chained;
    if (lines.length === 0) return { written, refused };
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    await file?.append(bytes);
    this.#sequence = chained.sequence;
    this.#hash = chained.hash;
    for (const [index, { pending }] of written.entries()) this.#count(pending, sizes[index] ?? 0);
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
    const { epoch, file } = this.#options;
    const lines: string[] = [];
    const sizes: number[] = [];
    const written: { pending: PendingRecord; sequence: number }[] = [];
    const refused: Refused[] = [];
    let place: ChainPlace = { epoch, sequence: this.#sequence, previousHash: this.#hash };
    let hash = this.#hash;
    let used = file?.usedBytes() ?? 0;
    for (const pending of records) {
      const next = { epoch, sequence: place.sequence + 1, previousHash: hash };
      const chained = chainRecord(pending.record, next);
      const size = Buffer.byteLength(chained.line) + 1;
      const refusal = this.#refusalOf(pending, size, used);
      if (refusal !== null) {
        refused.push({ pending, ...refusal });
        continue;
      }
      place = next;
      hash = chained.hash;
      used += size;
      lines.push(chained.line);
      sizes.push(size);
      written.push({ pending, sequence: next.sequence });
    }
    const last = lines.pop();
    if (last !== undefined) lines.push(signLine(last, this.#key.sign(place, hash)));
    return { lines, sizes, written, refused, sequence: place.sequence, hash };
  }

  #refusalOf(
    { record, isReserved }: PendingRecord,
    size: number,
    used: number,
  ): Omit<Refused, 'pending'> | null {
    const { file, limits } = this.#options;
    // The header of a file is written whatever else is.
    if (file === null || record.unmapped.epoch !== undefined) return null;
    const limit = isReserved ? limits.maxBytes : limits.maxBytes - limits.reservedBytes;
    if (used + size > limit) return { reason: 'the disk space for the audit is used up', isOfSandbox: false };
    const source = sourceOf(record);
    if (isReserved || source === '') return null;
    return (this.#bytesOf.get(source) ?? 0) + size > limits.maxBytesOfSandbox
      ? {
          reason: 'this sandbox or pod has used up its share of the disk space for the audit',
          isOfSandbox: true,
        }
      : null;
  }

  #count({ record }: PendingRecord, size: number): void {
    const source = sourceOf(record);
    if (source !== '') this.#bytesOf.set(source, (this.#bytesOf.get(source) ?? 0) + size);
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
    return { record, bytes: 0, isReserved: true, waiter: null };
  }
}
