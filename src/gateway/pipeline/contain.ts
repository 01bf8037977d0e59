import type { Filter } from './call.ts';
import { refusalOfIdentity } from './identify.ts';

/** Refuses who is contained, and keeps the call from here on where a containment finds it. */
export const contain: Filter = {
  name: 'contain',
  run: (call, { identities, openCalls }) => {
    const { caller } = call;
    if (caller === null) throw new Error('the caller is not known');
    const full = openCalls.enter(call, caller);
    if (full !== null) return full;
    const refusal = identities.stillHolds(caller);
    return refusal === null ? null : refusalOfIdentity(refusal);
  },
};
