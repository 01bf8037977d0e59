import type { Filter } from './call.ts';
import { refusalOfIdentity } from './identify.ts';
import { refusalOfDecision } from './refusal.ts';

/** A confirmation may have taken long, and the caller was identified before it: what changed since then counts. */
export const authorizeAgain: Filter = {
  name: 'contain and authorize again',
  run: (call, { identities }) => {
    const { caller, operation, cut } = call;
    if (caller === null) throw new Error('the caller is not known');
    if (cut !== null) return cut;
    const refusal = identities.stillHolds(caller);
    if (refusal !== null) return refusalOfIdentity(refusal);
    call.decision = operation.authorize(caller);
    return refusalOfDecision(call.decision);
  },
};
