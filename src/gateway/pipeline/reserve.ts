import type { Filter } from './call.ts';

/** Takes the room of the answer, and what may leave and what a model may use out of the budgets of the day, before anything leaves. */
export const reserve: Filter = {
  name: 'reserve',
  run: (call, { limits }) => {
    const { caller, operation } = call;
    if (caller === null) throw new Error('the caller is not known');
    const full = operation.takeRoom(caller);
    if (full !== null) return full;
    const tokens = operation.reservedTokens?.() ?? 0;
    if (tokens > 0) {
      const taken = limits.reserveTokens(call, tokens);
      if ('effect' in taken) return taken;
      // Until it is sent.
      taken.use(0);
      call.useTokens = taken.use;
    }
    const bytes = operation.firstEgressBytes();
    return bytes === 0 ? null : limits.reserveEgress(call, bytes);
  },
};
