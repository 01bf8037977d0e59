import { readFile } from 'node:fs/promises';
import type { AuditRecord } from '../../../src/audit/audit-record.ts';
import { splitFile } from '../../../src/audit/read-line.ts';
import { listAuditFiles, verifyFiles } from '../../../src/audit/verify/verify-files.ts';

/** How many records an audit has, by what they say of requests. */
export interface AuditCounts {
  /** Requests that have one record; a record of several counts as so many. */
  readonly events: number;
  readonly intents: number;
  readonly outcomes: number;
  /** Of the events, those that were denied. */
  readonly denied: number;
}

const REQUESTS: ReadonlySet<string> = new Set([
  'ToolCall',
  'Authorize',
  'Fetch',
  'Connect',
  'Request',
  'Upstream',
]);

/**
 * Verifies the audit of a gateway that has ended, as `cloister audit verify` does, and counts its records. Throws unless the
 * whole chain verifies, every intent has its outcome and no record was dropped.
 */
export async function readAudit(folder: string): Promise<AuditCounts> {
  const { problems, openIntents, epochs } = await verifyFiles(folder, null);
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`${problem.file}, line ${problem.line}: ${problem.message}`);
  if (openIntents.length > 0) throw new Error(`${openIntents.length} intents have no outcome`);
  if (epochs.length !== 1 || epochs[0]?.isEnded !== true) throw new Error('the audit does not end');
  const counts = { events: 0, intents: 0, outcomes: 0, denied: 0 };
  for (const { path } of await listAuditFiles(folder)) {
    for (const { bytes } of splitFile(await readFile(path))) {
      count(counts, JSON.parse(bytes.toString('utf8')) as AuditRecord);
    }
  }
  return counts;
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
