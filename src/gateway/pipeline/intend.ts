import type { Filter } from './call.ts';
import { recordOf } from './record.ts';
import { unavailable, writeAhead } from './write-ahead.ts';

/** Writes ahead what is about to be done. What cannot be recorded is not done. */
export const intend: Filter = {
  name: 'intend',
  run: async (call, { audit }) => {
    const { caller, operation, cut } = call;
    if (caller === null) throw new Error('the caller is not known');
    const { auditSettings } = caller;
    const { arguments: recorded } = auditSettings;
    if (operation.tool !== null && audit.argumentsProblem(recorded) !== null) return unavailable();
    // What is only answered has one record, which is written with its outcome.
    if (operation.dispatch === null) {
      return audit.problem(recordOf(call).subject) === null ? null : unavailable();
    }
    const written = await writeAhead(audit, recordOf(call), auditSettings);
    if (typeof written === 'object') return written;
    call.isIntended = written;
    // It may have been cut while the record was written.
    return written ? (call.cut ?? cut) : null;
  },
};
