import type { AuditRecord } from './audit-record.ts';

/** Who made a record be written, so that one of them cannot use up what all share: the sandbox, the pod of none, or the address. */
export function sourceOf({ unmapped, src_endpoint: source }: AuditRecord): string {
  return unmapped.sandbox_uid ?? source.uid ?? source.ip ?? '';
}
