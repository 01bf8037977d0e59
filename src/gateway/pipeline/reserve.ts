import type { Filter } from './call.ts';

/** Takes what may leave, and what a model may use, out of the budgets of the day, before anything leaves. */
export const reserve: Filter = {
  name: 'reserve',
  run: (call, { limits }) => {
    const { operation } = call;
    const tokens = operation.reservedTokens?.() ?? 0;
    const refusal = tokens === 0 ? null : limits.reserveTokens(call, tokens);
    if (refusal !== null) return refusal;
    const bytes = operation.firstEgressBytes();
    return bytes === 0 ? null : limits.reserveEgress(call, bytes);
  },
};
