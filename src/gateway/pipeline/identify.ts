import type { IdentityRefusal } from '../identity/caller.ts';
import type { Filter } from './call.ts';
import { type Refusal, refuse } from './refusal.ts';

const RETRY_SECONDS = 1;

/** Tells who calls. The address has a limit of its own, so that nobody unknown can keep the gateway busy with proofs. */
export const identify: Filter = {
  name: 'identify',
  run: async (call, { identities, limits, isDraining }) => {
    const limited = limits.takeAddress(call.address);
    if (limited !== null) return limited;
    if (isDraining()) return refuse('Draining', { retrySeconds: RETRY_SECONDS });
    const { proof, address, operation } = call;
    if (!operation.isReadable) {
      return refuse('RequestMalformed', operation.malformed === null ? {} : { message: operation.malformed });
    }
    if ('problem' in proof) return refuse('ProofMalformed', { message: `${proof.problem}.` });
    const identified = await identities.identify({ address, proof: proof.proof });
    if ('refusal' in identified) {
      call.refused = identified.refusal;
      return refusalOfIdentity(identified.refusal);
    }
    call.caller = identified.caller;
    call.onIdentified();
    return null;
  },
};

export function refusalOfIdentity({ reason, message, retry }: IdentityRefusal): Refusal {
  return refuse(reason, { message: `${message}.`, ...(retry ? { retrySeconds: RETRY_SECONDS } : {}) });
}
