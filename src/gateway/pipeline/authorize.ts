import type { Filter } from './call.ts';
import { refusalOfDecision, refuse } from './refusal.ts';

/** Decides by the role. What asks for a person goes on to the filter that asks. */
export const authorize: Filter = {
  name: 'authorize',
  run: (call) => {
    const { caller, operation } = call;
    if (caller === null) throw new Error('the caller is not known');
    if (operation.malformed !== null) return refuse('RequestMalformed', { message: operation.malformed });
    call.decision = operation.authorize(caller);
    return call.decision.decision.effect === 'Deny' ? refusalOfDecision(call.decision) : null;
  },
};
