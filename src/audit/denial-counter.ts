import type { AuditRecord } from './audit-record.ts';
import { sourceOf } from './record-source.ts';

/** Writes the first of identical denials, and counts the others until the window ends. */
export interface DenialCounter {
  /** Whether the record is to be written; otherwise it was counted. With `mayWrite` false it is counted in any case. */
  readonly note: (record: AuditRecord, mayWrite: boolean) => boolean;
  /** Takes the records that stand for what was counted in windows that ended before a time. */
  readonly takeDue: (now: number) => readonly AuditRecord[];
  /** Takes all of them. */
  readonly takeAll: () => readonly AuditRecord[];
}

interface Kind {
  readonly record: AuditRecord;
  readonly begun: number;
  count: number;
  start: number;
  end: number;
}

const WINDOW_MILLISECONDS = 60_000;
/** How many kinds of denials are counted by themselves, for one source and for all sources. */
const MAX_KINDS_OF_SOURCE = 16;
const MAX_KINDS = 4_096;

/**
 * One agent makes at most a few dozen records of denials in a window, whatever it asks for: beyond that, its denials are
 * told apart by their reason alone. No count is lost.
 */
export function createDenialCounter(): DenialCounter {
  const kinds = new Map<string, Kind>();
  const kindsOf = new Map<string, number>();

  const findKind = (record: AuditRecord) => {
    const source = sourceOf(record);
    const key = keyOf(record, source);
    if (kinds.has(key)) return { key, reduced: record };
    if ((kindsOf.get(source) ?? 0) < MAX_KINDS_OF_SOURCE && kinds.size < MAX_KINDS)
      return { key, reduced: record };
    const coarse = withoutDetails(record);
    const coarseKey = keyOf(coarse, source);
    if (kinds.has(coarseKey) || kinds.size < MAX_KINDS) return { key: coarseKey, reduced: coarse };
    const anonymous = withoutSource(coarse);
    return { key: keyOf(anonymous, ''), reduced: anonymous };
  };

  const take = (isDue: (kind: Kind) => boolean): readonly AuditRecord[] => {
    const due: AuditRecord[] = [];
    for (const [key, kind] of kinds) {
      if (!isDue(kind)) continue;
      kinds.delete(key);
      const source = sourceOf(kind.record);
      const left = (kindsOf.get(source) ?? 1) - 1;
      if (left > 0) kindsOf.set(source, left);
      else kindsOf.delete(source);
      if (kind.count > 0) due.push(summary(kind));
    }
    return due;
  };

  return {
    note: (record, mayWrite) => {
      const { key, reduced } = findKind(record);
      const found = kinds.get(key);
      if (found !== undefined) {
        found.count += 1;
        found.end = record.time;
        return false;
      }
      const isWritten = mayWrite && reduced === record;
      const { time } = record;
      kinds.set(key, { record: reduced, begun: time, count: isWritten ? 0 : 1, start: time, end: time });
      const source = sourceOf(reduced);
      kindsOf.set(source, (kindsOf.get(source) ?? 0) + 1);
      return isWritten;
    },
    takeDue: (now) => take(({ begun }) => now - begun >= WINDOW_MILLISECONDS),
    takeAll: () => take(() => true),
  };
}

function keyOf(record: AuditRecord, source: string): string {
  const { dst_endpoint: destination, metadata, api, firewall_rule: rule } = record;
  return JSON.stringify([
    source,
    metadata.event_code,
    api?.operation,
    record.status_detail,
    rule?.name,
    destination?.hostname,
    destination?.port,
  ]);
}

/** Stands for several calls, so that it holds nothing of one of them. */
function summary({ record, count, start, end }: Kind): AuditRecord {
  const { http_request: _request, ...rest } = record;
  return {
    ...rest,
    count,
    start_time: start,
    end_time: end,
    time: end,
    metadata: { ...record.metadata, correlation_uid: undefined },
    unmapped: { ...record.unmapped, arguments: undefined, redirect_of: undefined },
  };
}

function withoutDetails(record: AuditRecord): AuditRecord {
  const {
    dst_endpoint: _destination,
    firewall_rule: _rule,
    http_request: _request,
    message: _message,
    ...rest
  } = record;
  const { api } = record;
  return {
    ...rest,
    api: api === undefined ? undefined : { ...api, operation: 'Various' },
    resources: undefined,
  };
}

function withoutSource(record: AuditRecord): AuditRecord {
  const { phase, effect } = record.unmapped;
  return { ...record, actor: { user: { name: 'various' } }, src_endpoint: {}, unmapped: { phase, effect } };
}
