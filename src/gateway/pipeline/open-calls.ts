import type { Caller, Identities } from '../identity/caller.ts';
import { refusalOfIdentity } from './identify.ts';
import type { Call } from './call.ts';
import { type Refusal, refuse } from './refusal.ts';

/** The calls and tunnels that are open, by the pod that made them. */
export interface OpenCalls {
  /** Keeps a call until it ends. Null where it is kept, or why its sandbox may have no more. */
  readonly enter: (call: Call, caller: Caller) => Refusal | null;
  /** Looks at the calls of these pods again, and cuts those whose caller does not hold any more. */
  readonly review: (podUIDs: ReadonlySet<string> | 'All') => void;
  /** Cuts all. */
  readonly cutAll: (refusal: Refusal) => void;
  readonly count: () => number;
}

export interface OpenCallsOptions {
  readonly identities: Pick<Identities, 'stillHolds'>;
  readonly maxCallsPerPod: number;
}

export function createOpenCalls({ identities, maxCallsPerPod }: OpenCallsOptions): OpenCalls {
  const pods = new Map<string, Set<Call>>();
  let open = 0;
  const review = (calls: ReadonlySet<Call>): void => {
    for (const call of calls) {
      const refusal = call.caller === null ? null : identities.stillHolds(call.caller);
      if (refusal !== null) cutCall(call, refusalOfIdentity(refusal));
    }
  };
  return {
    enter: (call, { podUID }) => {
      const calls = pods.get(podUID) ?? new Set();
      if (calls.size >= maxCallsPerPod) {
        return refuse('TooManyCalls', {
          message: `The pod has ${calls.size} calls and connections open; close some first.`,
          retrySeconds: 1,
        });
      }
      calls.add(call);
      pods.set(podUID, calls);
      open += 1;
      call.atEnd.push(() => {
        open -= 1;
        calls.delete(call);
        if (calls.size === 0) pods.delete(podUID);
      });
      return null;
    },
    review: (podUIDs) => {
      if (podUIDs === 'All') for (const calls of pods.values()) review(calls);
      else for (const podUID of podUIDs) review(pods.get(podUID) ?? new Set());
    },
    cutAll: (refusal) => {
      for (const calls of pods.values()) for (const call of calls) cutCall(call, refusal);
    },
    count: () => open,
  };
}

// Without a reason each abort makes an error with a stack.
const CUT = new Error('the call was cut');

/** Ends what the call does, wherever it is. */
export function cutCall(call: Call, refusal: Refusal): void {
  call.cut ??= refusal;
  call.ended.abort(CUT);
}
