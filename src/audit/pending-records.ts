import type { AuditUnavailableError } from './audit-log.ts';
import type { AuditRecord } from './audit-record.ts';
import type { KeptRoom } from './disk-room.ts';
import { sourceOf } from './record-source.ts';

/** A record that waits to be written. */
export interface PendingRecord {
  readonly record: AuditRecord;
  /** What it takes up, roughly. */
  readonly bytes: number;
  /** May use what is kept for containment. */
  readonly isReserved: boolean;
  /** What was kept for it on the disk. Without that it is written if there is room then. */
  readonly room: KeptRoom | null;
  /** Of an intent that is `Synced`. */
  readonly waiter: Waiter | null;
}

export interface Waiter {
  readonly since: number;
  readonly resolve: (written: { readonly sequence: number }) => void;
  readonly reject: (error: AuditUnavailableError) => void;
}

/** A record that waits, with what is said of it; the rest as for one that nobody waits for and no room was kept for. */
export function pendingRecord(
  record: AuditRecord,
  given: Partial<Omit<PendingRecord, 'record'>> = {},
): PendingRecord {
  return { record, bytes: sizeOf(record), isReserved: false, room: null, waiter: null, ...given };
}

/** A record beside its texts, as far as they are counted. */
export const RECORD_BYTES = 1_400;

/** Roughly what a record takes up. An outcome has no arguments. */
export function sizeOf(
  { message, unmapped, http_request: request }: AuditRecord,
  what: 'Whole' | 'WithoutArguments' = 'Whole',
): number {
  const recorded = what === 'Whole' ? unmapped.arguments : undefined;
  const ciphertext = recorded !== undefined && 'aes_256_gcm' in recorded ? recorded.aes_256_gcm.length : 0;
  return RECORD_BYTES + ciphertext + (message?.length ?? 0) + (request?.url.path.length ?? 0);
}

/** Records that wait, within bounds. */
export class PendingRecords {
  /** Bytes that may wait. A tenth of them is for containment alone, and one sandbox may have a quarter. */
  readonly #maxBytes: number;
  readonly #bytesOf = new Map<string, number>();
  #waiting: PendingRecord[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  count(): number {
    return this.#waiting.length;
  }

  /** How many of them are intents that somebody waits for. */
  waiters(): number {
    return this.#waiting.filter(({ waiter }) => waiter !== null).length;
  }

  /** Returns why it cannot be taken; null where it was. An outcome is always taken: its intent was. */
  add(pending: PendingRecord, isOutcome: boolean): string | null {
    const { record, bytes, isReserved } = pending;
    const reason = isOutcome ? null : this.refusalOf(sourceOf(record), bytes, isReserved);
    if (reason !== null) return reason;
    this.#waiting.push(pending);
    this.#count(pending, 1);
    return null;
  }

  /** Takes all. */
  take(): readonly PendingRecord[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    this.#bytesOf.clear();
    return taken;
  }

  /** Puts back what could not be written, before all others. */
  putBack(pending: readonly PendingRecord[]): void {
    this.#waiting = [...pending, ...this.#waiting];
    for (const one of pending) this.#count(one, 1);
  }

  /** Takes the intents that have waited since before a time. */
  takeStale(before: number): readonly PendingRecord[] {
    const isStale = ({ waiter }: PendingRecord) => waiter !== null && waiter.since < before;
    const stale = this.#waiting.filter(isStale);
    if (stale.length === 0) return stale;
    this.#waiting = this.#waiting.filter((one) => !isStale(one));
    for (const one of stale) this.#count(one, -1);
    return stale;
  }

  /** Why a record of a source cannot be taken; null where it can. */
  refusalOf(source: string, bytes: number, isReserved = false): string | null {
    const limit = isReserved ? this.#maxBytes : this.#maxBytes * 0.9;
    if (this.#bytes + bytes > limit) return 'too many records wait to be written';
    if (isReserved || source === '') return null;
    return (this.#bytesOf.get(source) ?? 0) + bytes > this.#maxBytes / 4
      ? 'too many records of this sandbox or pod wait to be written'
      : null;
  }

  #count({ record, bytes }: PendingRecord, sign: 1 | -1): void {
    this.#bytes += sign * bytes;
    const source = sourceOf(record);
    if (source === '') return;
    const sum = (this.#bytesOf.get(source) ?? 0) + sign * bytes;
    if (sum > 0) this.#bytesOf.set(source, sum);
    else this.#bytesOf.delete(source);
  }
}
