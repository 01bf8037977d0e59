import { isKubeError } from '../../kube/kube-error.ts';

/** Work of one reconciliation, of which a part that fails does not keep the other parts from being tried. */
export interface Attempts {
  /** Does a part. Returns undefined where it failed. */
  readonly attempt: <T>(part: () => Promise<T>) => Promise<T | undefined>;
  /** Throws what failed. That an object was changed or deleted in between is no failure: its event has it looked at again. */
  readonly throwFaults: () => void;
}

export function createAttempts(signal: AbortSignal): Attempts {
  const faults: unknown[] = [];
  let count = 0;
  return {
    attempt: async (part) => {
      count += 1;
      try {
        return await part();
      } catch (error) {
        signal.throwIfAborted();
        if (!isKubeError(error, 'NotFound', 'Conflict')) faults.push(error);
        return undefined;
      }
    },
    throwFaults: () => {
      if (faults.length > 0) throw new AggregateError(faults, `${faults.length} of ${count} steps failed`);
    },
  };
}
