import { type AuditLog, AuditUnavailableError } from '../../audit/audit-log.ts';
import type { AuditRecordInput } from '../../audit/audit-record-input.ts';
import type { Caller } from '../identity/caller.ts';
import { type Refusal, refuse } from './refusal.ts';

/** Why nothing is done that cannot be recorded. */
export function unavailable(): Refusal {
  return refuse('AuditUnavailable', { retrySeconds: 1 });
}

/** Whether an intent was written; false where the role has only denials recorded. A refusal where it cannot be. */
export async function writeAhead(
  audit: AuditLog,
  intent: AuditRecordInput,
  { record, durability }: Caller['auditSettings'],
): Promise<boolean | Refusal> {
  if (record === 'Denied') return false;
  try {
    await audit.intend(intent, durability);
    return true;
  } catch (error) {
    if (error instanceof AuditUnavailableError) return unavailable();
    throw error;
  }
}
