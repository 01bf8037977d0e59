import type { Filter } from './call.ts';

/** Takes what may leave out of the budgets of the day, before anything leaves. */
export const reserve: Filter = {
  name: 'reserve',
  run: (call, { limits }) => {
    const bytes = call.operation.firstEgressBytes();
    return bytes === 0 ? null : limits.reserveEgress(call, bytes);
  },
};
