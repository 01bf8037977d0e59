import { AuditUnavailableError } from '../../audit/audit-log.ts';
import type { Filter } from './call.ts';
import { recordOf } from './record.ts';
import { refuse } from './refusal.ts';

/** Writes ahead what is about to be done. What cannot be recorded is not done. */
export const intend: Filter = {
  name: 'intend',
  run: async (call, { audit }) => {
    const { caller, operation, cut } = call;
    if (caller === null) throw new Error('the caller is not known');
    const unavailable = () => refuse('AuditUnavailable', { retrySeconds: 1 });
    const { record, durability, arguments: recorded } = caller.auditSettings;
    if (operation.tool !== null && audit.argumentsProblem(recorded) !== null) return unavailable();
    // What is only answered has one record, which is written with its outcome.
    if (operation.dispatch === null) {
      return audit.problem(recordOf(call).subject) === null ? null : unavailable();
    }
    if (record === 'Denied') return null;
    try {
      await audit.intend(recordOf(call), durability);
    } catch (error) {
      if (error instanceof AuditUnavailableError) return unavailable();
      throw error;
    }
    call.isIntended = true;
    // It may have been cut while the record was written.
    return call.cut ?? cut;
  },
};
