import type { Filter } from './call.ts';

/** Takes the room of the answer, and what may leave out of the budgets of the day, before anything leaves. */
export const reserve: Filter = {
  name: 'reserve',
  run: (call, { limits }) => {
    const { caller, operation } = call;
    if (caller === null) throw new Error('the caller is not known');
    const full = operation.takeRoom(caller);
    if (full !== null) return full;
    const bytes = operation.firstEgressBytes();
    return bytes === 0 ? null : limits.reserveEgress(call, bytes);
  },
};
