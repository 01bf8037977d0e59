import type { KeyObject } from 'node:crypto';
import type { AuditRecord } from '../audit-record.ts';
import { readPublicKey } from '../chain.ts';
import { parseAuditFileName } from '../file-name.ts';
import type { EpochReport } from './report.ts';

/** What is known of an epoch while its records are read. */
export interface ReadEpoch {
  readonly epoch: string;
  readonly number: number;
  readonly publicKey: string;
  readonly key: KeyObject;
  /** The first one that was read. */
  readonly file: string;
  /** The last record that a signature proves. */
  proven: { readonly sequence: number; readonly hash: string; readonly time: number } | null;
  tailBytes: number;
  isEnded: boolean;
  /** The hash of the record that has the sequence number of the registered head. */
  registeredHash: string | null;
  /** How many records were not kept, as its records say. */
  droppedRecords: number;
}

/** Begins an epoch with the first record of a file; null where that names no key. */
export function startReading({ unmapped: { epoch: header, chain } }: AuditRecord, file: string) {
  if (header === undefined || chain === undefined) return null;
  const epoch: ReadEpoch = {
    epoch: chain.epoch,
    number: header.number,
    publicKey: header.public_key,
    key: readPublicKey(header.public_key),
    file,
    proven: null,
    tailBytes: 0,
    isEnded: false,
    registeredHash: null,
    droppedRecords: 0,
  };
  return epoch;
}

/** Says how far an epoch is proven. */
export function reportOf(
  { epoch, number, proven, tailBytes, isEnded, droppedRecords }: ReadEpoch,
  replica: string,
  registered: ReadonlyMap<string, unknown> | null,
): EpochReport {
  return {
    replica,
    epoch,
    number,
    completeTo:
      proven === null ? null : { sequence: proven.sequence, time: new Date(proven.time).toISOString() },
    tailBytes,
    isEnded,
    isRegistered: registered === null ? null : registered.has(epoch),
    droppedRecords,
  };
}

/** Says that a file is named as one of another replica or epoch; null where it is not, or has a name of somebody's own. */
export function whyRenamed(
  file: string,
  { replica, number }: NonNullable<AuditRecord['unmapped']['epoch']>,
): string | null {
  const name = parseAuditFileName(file);
  if (name === null || (name.replica === replica && name.number === number)) return null;
  return `the file is named as one of epoch ${name.number} of ${name.replica}, and is of epoch ${number} of ${replica}`;
}
