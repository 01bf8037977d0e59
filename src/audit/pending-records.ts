import { AuditUnavailableError } from './audit-log.ts';
import type { AuditRecord } from './audit-record.ts';

/** A record that waits to be written. */
export interface PendingRecord {
  readonly record: AuditRecord;
  /** What it takes up, roughly. */
  readonly bytes: number;
  /** May use what is kept for containment. */
  readonly isReserved: boolean;
  /** Of an intent that is `Synced`. */
  readonly waiter: Waiter | null;
}

export interface Waiter {
  readonly since: number;
  readonly resolve: (written: { readonly sequence: number }) => void;
  readonly reject: (error: AuditUnavailableError) => void;
}

export interface PendingLimits {
  /** Bytes that may wait. */
  readonly maxBytes: number;
  /** The part of them that only containment may use. */
  readonly reservedBytes: number;
  /** Bytes of one sandbox that may wait. */
  readonly maxBytesOfSandbox: number;
}

/** Records that wait, within bounds. */
export interface PendingRecords {
  /** Returns why it cannot be taken; null where it was. An outcome is always taken: its intent was. */
  readonly add: (pending: PendingRecord, isOutcome: boolean) => string | null;
  /** Takes all. */
  readonly take: () => readonly PendingRecord[];
  /** Puts back what could not be written, before all others. */
  readonly putBack: (pending: readonly PendingRecord[]) => void;
  /** Takes the intents that have waited since before a time. */
  readonly takeStale: (before: number) => readonly PendingRecord[];
  readonly count: () => number;
  readonly bytes: () => number;
}

/** A record beside its texts, as far as they are counted. */
const RECORD_BYTES = 1_400;

/** Roughly what a record takes up. */
export function sizeOf({ message, unmapped, http_request: request }: AuditRecord): number {
  const { arguments: recorded } = unmapped;
  const ciphertext = recorded !== undefined && 'aes_256_gcm' in recorded ? recorded.aes_256_gcm.length : 0;
  return RECORD_BYTES + ciphertext + (message?.length ?? 0) + (request?.url.path.length ?? 0);
}

export function createPendingRecords(limits: PendingLimits): PendingRecords {
  let waiting: PendingRecord[] = [];
  let bytes = 0;
  const bySandbox = new Map<string, number>();

  const count = ({ record, bytes: size }: PendingRecord, sign: 1 | -1): void => {
    bytes += sign * size;
    const sandbox = record.unmapped.sandbox_uid;
    if (sandbox === undefined) return;
    const sum = (bySandbox.get(sandbox) ?? 0) + sign * size;
    if (sum > 0) bySandbox.set(sandbox, sum);
    else bySandbox.delete(sandbox);
  };
  const refusal = ({ record, bytes: size, isReserved }: PendingRecord): string | null => {
    const limit = isReserved ? limits.maxBytes : limits.maxBytes - limits.reservedBytes;
    if (bytes + size > limit) return 'too many records wait to be written';
    const sandbox = record.unmapped.sandbox_uid;
    if (isReserved || sandbox === undefined) return null;
    return (bySandbox.get(sandbox) ?? 0) + size > limits.maxBytesOfSandbox
      ? 'too many records of this sandbox wait to be written'
      : null;
  };
  return {
    add: (pending, isOutcome) => {
      const reason = isOutcome ? null : refusal(pending);
      if (reason !== null) return reason;
      waiting.push(pending);
      count(pending, 1);
      return null;
    },
    take: () => {
      const taken = waiting;
      waiting = [];
      bytes = 0;
      bySandbox.clear();
      return taken;
    },
    putBack: (pending) => {
      waiting = [...pending, ...waiting];
      for (const one of pending) count(one, 1);
    },
    takeStale: (before) => {
      const isStale = ({ waiter }: PendingRecord) => waiter !== null && waiter.since < before;
      const stale = waiting.filter(isStale);
      if (stale.length === 0) return stale;
      waiting = waiting.filter((one) => !isStale(one));
      for (const one of stale) count(one, -1);
      return stale;
    },
    count: () => waiting.length,
    bytes: () => bytes,
  };
}
