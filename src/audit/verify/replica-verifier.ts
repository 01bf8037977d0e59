import type { AuditRecord } from '../audit-record.ts';
import { isSignedBy, NO_HASH } from '../chain.ts';
import { hashOfTail } from '../find-last-head.ts';
import { readLine, splitFile } from '../read-line.ts';
import { checkRegistered } from './check-registered.ts';
import { type ReadEpoch, reportOf, startReading, whyRenamed } from './read-epoch.ts';
import {
  type AuditProblem,
  type AuditProblemKind,
  describeRecord,
  type EpochReport,
  type OpenIntent,
  type RegisteredEpoch,
} from './report.ts';

type Link = Pick<
  NonNullable<NonNullable<AuditRecord['unmapped']['epoch']>['previous']>,
  'epoch' | 'sequence' | 'hash'
>;

interface Place {
  readonly file: string;
  readonly line: number;
}

/** Checks the files of one replica, given in their order. */
export class ReplicaVerifier {
  readonly epochs: ReadEpoch[] = [];
  readonly problems: AuditProblem[] = [];
  readonly openIntents = new Map<string, OpenIntent>();
  records = 0;
  readonly #replica: string;
  readonly #registered: ReadonlyMap<string, RegisteredEpoch> | null;
  /** Whether the files before the first one may be somewhere else. */
  readonly #isPart: boolean;
  /** Bytes since the last proven record. */
  #tail: Buffer[] = [];
  /** Null before the first. */
  #lastFile: string | null = null;
  /** Of the last record that was read. */
  #last: { sequence: number; hash: string } | null = null;
  /** What the first record links to, if it is not the first of all. */
  #begins: {
    readonly hash: string;
    readonly kind: 'Missing' | 'MissingEpoch';
    readonly place: Place;
  } | null = null;
  /** Hashes of the last records of files that were removed for their age, as far as a signature proves it. */
  readonly #expired = new Set<string>();
  /** The same since the last signature. */
  #unproven: string[] = [];

  constructor(replica: string, registered: readonly RegisteredEpoch[] | null, isPart: boolean) {
    this.#replica = replica;
    this.#isPart = isPart;
    const own = registered?.filter((one) => one.replica === replica);
    this.#registered = own === undefined ? null : new Map(own.map((one) => [one.epoch, one]));
  }

  addFile(file: string, content: Buffer): void {
    this.#lastFile = file;
    let line = 0;
    for (const { bytes, isWhole, offset } of splitFile(content)) {
      line += 1;
      const all = content.subarray(offset, offset + bytes.length + (isWhole ? 1 : 0));
      // The start of an epoch says what the one before left behind, so that is compared first.
      const read = isWhole ? readLine(bytes) : null;
      const record = read?.record ?? null;
      if (record?.metadata.event_code === 'EpochStarted') this.#startEpoch(record, { file, line });
      this.#tail.push(all);
      if (read === null) continue;
      if ('problem' in read) this.#add('Changed', { file, line }, `the line ${read.problem}`);
      this.#addRecord(read, { file, line });
    }
  }

  end(): readonly EpochReport[] {
    this.#endEpoch(null);
    // A file may be empty, where its gateway ended just after it was created. All of them may not.
    if (this.#lastFile !== null && this.epochs.every(({ proven }) => proven === null)) {
      this.#add('NothingProven', { file: this.#lastFile, line: 0 }, 'no record up to here is proven');
    }
    if (this.#begins !== null && !this.#isPart && !this.#expired.has(this.#begins.hash)) {
      const message =
        'what comes before the first record is missing, and no record says that it was removed for its age';
      this.#add(this.#begins.kind, this.#begins.place, message);
    }
    if (this.#registered !== null) {
      const given = { replica: this.#replica, isPart: this.#isPart };
      this.problems.push(...checkRegistered(given, this.epochs, this.#registered));
    }
    return this.epochs.map((one) => reportOf(one, this.#replica, this.#registered));
  }

  #addRecord(read: { record: AuditRecord | null; hash?: string }, place: Place): void {
    const { record, hash } = read;
    const chain = record?.unmapped.chain;
    if (record === null || chain === undefined) return;
    this.records += 1;
    this.#compareOrder(record, place);
    this.#last = { sequence: record.metadata.sequence, hash: chain.hash };
    if (hash === undefined) return;
    this.#noteCall(record, chain.epoch);
    const { expired, dropped, epoch: header } = record.unmapped;
    if (header !== undefined && this.epochs.length === 0) this.#continueEpoch(record, place);
    const epoch = this.epochs.at(-1);
    if (epoch?.epoch !== chain.epoch) {
      return this.#add('MissingEpoch', place, 'the record is of an epoch that no record before it begins');
    }
    for (const count of Object.values(dropped ?? {})) epoch.droppedRecords += count;
    if (expired !== undefined) this.#unproven.push(expired.hash);
    if (header !== undefined) this.#compareHeader(header, epoch, place);
    return this.#prove(epoch, { record, hash }, place);
  }

  #compareHeader(
    header: NonNullable<AuditRecord['unmapped']['epoch']>,
    { publicKey }: Pick<ReadEpoch, 'publicKey'>,
    place: Place,
  ): void {
    const renamed = whyRenamed(place.file, header);
    if (renamed !== null) this.#add('Renamed', place, renamed);
    if (header.public_key === publicKey) return;
    this.#add('WrongKey', place, 'the file names another public key than the start of its epoch');
  }

  #prove(epoch: ReadEpoch, { record, hash }: { record: AuditRecord; hash: string }, place: Place): void {
    const { metadata, time, unmapped } = record;
    if (this.#registered?.get(epoch.epoch)?.sequence === metadata.sequence) epoch.registeredHash = hash;
    if (unmapped.chain?.signature === undefined) return;
    if (!this.#isProven(epoch, record, hash)) {
      return this.#add('WrongKey', place, 'the signature is not one of the key of its epoch');
    }
    epoch.proven = { sequence: metadata.sequence, hash, time };
    epoch.isEnded = metadata.event_code === 'EpochEnded';
    this.#tail = [];
    for (const removed of this.#unproven.splice(0)) this.#expired.add(removed);
    return undefined;
  }

  #isProven(epoch: ReadEpoch, { metadata, unmapped: { chain } }: AuditRecord, hash: string): boolean {
    const { sequence } = metadata;
    const place = { epoch: epoch.epoch, sequence, previousHash: chain?.previous_hash ?? '' };
    return isSignedBy(epoch.key, place, { hash, signature: chain?.signature ?? '' });
  }

  #startEpoch(record: AuditRecord, place: Place): void {
    const { epoch: header, chain } = record.unmapped;
    if (header === undefined || chain === undefined) return;
    const before = this.epochs.at(-1);
    this.#endEpoch(header.previous);
    this.#compareLink(before, header.previous, place);
    this.#last = { sequence: 0, hash: header.previous?.hash ?? NO_HASH };
    this.#beginEpoch(record, place);
  }

  /** Compares what an epoch says of the one before it with what was read of that. */
  #compareLink(before: ReadEpoch | undefined, previous: Link | null, place: Place): void {
    if (before === undefined) {
      if (previous !== null) this.#begins = { hash: previous.hash, kind: 'MissingEpoch', place };
    } else if (previous?.epoch !== before.epoch) {
      const message = `the epoch does not follow on epoch ${before.number}, which is the one before it here`;
      this.#add('MissingEpoch', place, message);
    } else if (previous.sequence !== before.proven?.sequence || previous.hash !== before.proven.hash) {
      const proven = before.proven?.sequence ?? 0;
      const message = `the epoch follows on record ${previous.sequence} of epoch ${before.number}, but that is proven up to ${proven}`;
      this.#add('Missing', place, message);
    }
  }

  /** The first file is not the first of its epoch. */
  #continueEpoch(record: AuditRecord, place: Place): void {
    this.#begins = { hash: record.unmapped.chain?.previous_hash ?? '', kind: 'Missing', place };
    this.#beginEpoch(record, place);
  }

  #beginEpoch(record: AuditRecord, { file }: Place): void {
    const epoch = startReading(record, file);
    if (epoch !== null) this.epochs.push(epoch);
  }

  /** Compares what lies behind the last proven record with what the next epoch found there. */
  #endEpoch(next: { readonly tail_bytes: number; readonly tail_sha256: string | null } | null): void {
    const tail = Buffer.concat(this.#tail);
    this.#tail = [];
    this.#unproven = [];
    const before = this.epochs.at(-1);
    if (before !== undefined) before.tailBytes = tail.length;
    if (next !== null && (tail.length !== next.tail_bytes || hashOfTail(tail) !== next.tail_sha256)) {
      if (before === undefined) return;
      const message = `${tail.length} bytes follow the last proven record of epoch ${before.number}, and are not what the next epoch found there`;
      this.#add('Changed', { file: before.file, line: 0 }, message);
    } else if (next === null && tail.length > 0) {
      const at =
        before?.proven === null || before === undefined ? 'nothing' : `record ${before.proven.sequence}`;
      this.#add(
        'UnprovenTail',
        { file: before?.file ?? this.#lastFile ?? '', line: 0 },
        `${tail.length} bytes are not proven; the last that is proven is ${at}`,
      );
    }
  }

  #compareOrder({ metadata: { sequence }, unmapped: { chain } }: AuditRecord, place: Place): void {
    const last = this.#last;
    if (last === null) return;
    if (sequence > last.sequence + 1) {
      const range =
        sequence === last.sequence + 2
          ? `record ${sequence - 1} is`
          : `records ${last.sequence + 1} to ${sequence - 1} are`;
      this.#add('Missing', place, `${range} not before this record`);
    } else if (sequence <= last.sequence) {
      this.#add('Reordered', place, `record ${sequence} comes after record ${last.sequence}`);
    } else if (chain?.previous_hash !== last.hash) {
      this.#add('Changed', place, 'the record does not follow on the one before it');
    }
  }

  #noteCall(record: AuditRecord, epoch: string): void {
    const { metadata, unmapped, time } = record;
    const callUID = metadata.correlation_uid;
    if (callUID === undefined) return;
    if (unmapped.phase === 'Outcome') this.openIntents.delete(callUID);
    if (unmapped.phase !== 'Intent') return;
    const at = { epoch, sequence: metadata.sequence, time: new Date(time).toISOString(), callUID };
    this.openIntents.set(callUID, { ...at, ...describeRecord(record) });
  }

  #add(kind: AuditProblemKind, { file, line }: Place, message: string): void {
    this.problems.push({ kind, file, line: line === 0 ? null : line, message });
  }
}
