import type { Filter } from './call.ts';

/** Takes what may leave at most out of the budgets of the day, before anything leaves. */
export const reserve: Filter = {
  name: 'reserve',
  run: (call, { limits }) => {
    const bytes = call.operation.maxEgressBytes();
    return bytes === 0 ? null : limits.reserveEgress(call, bytes);
  },
};
