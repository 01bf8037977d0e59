import type { AuditRecordInput } from './audit-record-input.ts';
import { buildRecord } from './build-record.ts';

/** The message of a line of a log that carries a record, by which collectors find it. */
export const AUDIT_MESSAGE = 'audit record';

/**
 * Writes an event of the operator or the webhook into its log: a line with the message `audit record` and the record in its
 * field `audit`. It is in no chain. It waits for nothing; the log drops what nobody reads.
 */
export function logAuditRecord(
  log: { readonly info: (fields: object, message: string) => void },
  input: AuditRecordInput,
  frame: { readonly service: string; readonly tenant: string | null; readonly time: number },
): void {
  log.info({ audit: buildRecord(input, { ...frame, phase: 'Event' }) }, AUDIT_MESSAGE);
}
