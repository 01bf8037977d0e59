import type { Filter } from './call.ts';
import { recordOf } from './record.ts';

/** Records how the call ended. */
export const outcome: Filter = {
  name: 'outcome',
  run: (call, { audit }) => {
    const { caller, isIntended } = call;
    const ended = call.outcome ?? undefined;
    if (isIntended) audit.outcome(recordOf(call, ended));
    else if (caller?.auditSettings.record !== 'Denied' || ended?.refusal !== undefined) {
      audit.record(recordOf(call, ended));
    }
    return null;
  },
};
