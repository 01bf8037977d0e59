import type { AuditRecord } from './audit-record.ts';
import type { AuditSubject } from './audit-record-input.ts';

/** Who made a record be written, so that one of them cannot use up what all share: the sandbox, the pod of none, or the address. */
export function sourceOf({ unmapped, src_endpoint: source }: AuditRecord): string {
  return unmapped.sandbox_uid ?? source.uid ?? source.ip ?? '';
}

/** The source of the records of a subject. */
export function sourceOfSubject({ sandboxUID, podUID, address }: AuditSubject): string {
  return sandboxUID ?? podUID ?? address ?? '';
}
