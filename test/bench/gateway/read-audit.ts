import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditRecord } from '../../../src/audit/audit-record.ts';
import { isSignedBy, NO_HASH, readPublicKey } from '../../../src/audit/chain.ts';
import { readLine, splitFile } from '../../../src/audit/read-line.ts';

/** How many records an audit has, by what they say of requests. */
export interface AuditCounts {
  /** Requests that were answered, or refused, at once; a record of several counts as so many. */
  readonly events: number;
  readonly intents: number;
  readonly outcomes: number;
  /** Of all of these, how many requests were denied. */
  readonly denied: number;
}

/** The chain as far as it has been followed. */
interface Followed {
  sequence: number;
  hash: string;
  key: ReturnType<typeof readPublicKey> | null;
  /** Whether the last record was signed. */
  isSigned: boolean;
}

const REQUESTS: ReadonlySet<string> = new Set(['ToolCall', 'Authorize', 'Fetch', 'Connect', 'Request']);

/** Reads the one epoch of a gateway that has ended, and counts its records. Throws unless the whole chain verifies. */
export async function readAudit(folder: string): Promise<AuditCounts> {
  const counts = { events: 0, intents: 0, outcomes: 0, denied: 0 };
  const followed: Followed = { sequence: 0, hash: NO_HASH, key: null, isSigned: false };
  let last: string | null = null;
  for (const name of (await readdir(folder)).toSorted()) {
    for (const { bytes, isWhole, offset } of splitFile(await readFile(join(folder, name)))) {
      const where = `${name}, byte ${offset}`;
      if (!isWhole) throw new Error(`${where}: the line does not end`);
      const record = follow(followed, bytes, where);
      count(counts, record);
      last = record.metadata.event_code;
    }
  }
  if (last !== 'EpochEnded' || !followed.isSigned) {
    throw new Error(`the audit ends with ${last ?? 'no record'}, signed: ${followed.isSigned}`);
  }
  return counts;
}

function follow(followed: Followed, bytes: Buffer, where: string): AuditRecord {
  const read = readLine(bytes);
  if ('problem' in read) throw new Error(`${where}: the line ${read.problem}`);
  const { record, hash } = read;
  const { chain, epoch } = record.unmapped;
  const { sequence } = record.metadata;
  if (sequence !== followed.sequence + 1 || chain?.previous_hash !== followed.hash) {
    throw new Error(`${where}: record ${sequence} does not follow record ${followed.sequence}`);
  }
  if (epoch !== undefined) followed.key ??= readPublicKey(epoch.public_key);
  const { signature } = chain;
  const place = { epoch: chain.epoch, sequence, previousHash: chain.previous_hash };
  if (
    signature !== undefined &&
    (followed.key === null || !isSignedBy(followed.key, place, { hash, signature }))
  ) {
    throw new Error(`${where}: the signature of record ${sequence} is not that of its epoch`);
  }
  followed.sequence = sequence;
  followed.hash = hash;
  followed.isSigned = signature !== undefined;
  return record;
}

function count(
  counts: { -readonly [Key in keyof AuditCounts]: number },
  { metadata, unmapped, count: times = 1 }: AuditRecord,
): void {
  if (metadata.event_code === 'RecordsDropped') throw new Error('records were dropped');
  if (!REQUESTS.has(metadata.event_code)) return;
  const { phase, effect } = unmapped;
  if (phase === 'Intent') counts.intents += 1;
  else if (phase === 'Outcome') counts.outcomes += 1;
  else counts.events += times;
  if (phase === 'Event' && effect !== 'Allow') counts.denied += times;
}
