/** Runs keys a number of them at a time: urgent ones first, and each class in the order in which it was added. */
export interface WorkerPool {
  readonly add: (key: string, isUrgent: boolean) => void;
  /** Lets a key that waits go before those that are not urgent. */
  readonly hurry: (key: string) => void;
  /** How many keys wait. */
  readonly depth: () => number;
  readonly start: () => void;
  /** Resolves when what runs has ended. */
  readonly ended: () => Promise<void>;
}

/** `run` does not reject. Nothing runs before `start`, and nothing begins after the signal was aborted. */
export function createWorkerPool(
  run: (key: string) => Promise<void>,
  workers: number,
  signal: AbortSignal,
): WorkerPool {
  // A set keeps the order, and a key leaves it without a search.
  const urgent = new Set<string>();
  const others = new Set<string>();
  const running = new Set<Promise<void>>();
  const state = { isStarted: false };
  const take = (): string | undefined => {
    for (const waiting of [urgent, others]) {
      const [key] = waiting;
      if (key === undefined) continue;
      waiting.delete(key);
      return key;
    }
    return undefined;
  };
  const pump = (): void => {
    while (state.isStarted && running.size < workers && !signal.aborted) {
      const key = take();
      if (key === undefined) return;
      const ended = run(key).finally(() => {
        running.delete(ended);
        // Work that finds nothing to do makes no call, and thousands of such would let no timer run: no renewal, no probe.
        setImmediate(pump);
      });
      running.add(ended);
    }
  };
  return {
    add: (key, isUrgent) => {
      (isUrgent ? urgent : others).add(key);
      pump();
    },
    hurry: (key) => {
      if (others.delete(key)) urgent.add(key);
    },
    depth: () => urgent.size + others.size,
    start: () => {
      state.isStarted = true;
      pump();
    },
    ended: async () => void (await Promise.all(running)),
  };
}
