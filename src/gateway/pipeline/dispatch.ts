import type { Filter } from './call.ts';

/** Does what was decided. */
export const dispatch: Filter = {
  name: 'dispatch',
  run: async (call) => {
    if (call.operation.dispatch === null) {
      call.outcome = { succeeded: true, reason: 'Answered' };
      return null;
    }
    const ended = await call.operation.dispatch(call);
    if ('effect' in ended) return call.cut ?? ended;
    call.outcome = ended;
    return null;
  },
};
