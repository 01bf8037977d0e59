/** Lets intents gather before a write, where each waits for the disk and a sync costs the same for one as for fifty. */
export interface Gathering {
  /** Waits for more, if others beside one of those that wait are likely to come. Takes how many intents wait. */
  readonly gather: (waiting: number) => Promise<void>;
  /** Runs a write of so many intents, and remembers how long it took. */
  readonly time: <Result>(intents: number, write: () => Promise<Result>) => Promise<Result>;
}

export interface GatheringOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

/** The longest wait, however slow the disk is. Intents that were written before that are no sign of others. */
const MAX_MILLISECONDS = 10;
/** On a faster disk there is nothing to save. */
const MIN_MILLISECONDS = 2;

/** Creates one that knows of no write yet. An intent that comes alone never waits. */
export function createGathering({ now, wait }: GatheringOptions): Gathering {
  let last = { intents: 0, milliseconds: 0, ended: -Infinity };
  return {
    gather: async (waiting) => {
      const before = now() - last.ended <= MAX_MILLISECONDS ? last.intents : 0;
      const isBusy = waiting > 0 && Math.max(waiting, before) > 1;
      if (!isBusy || last.milliseconds < MIN_MILLISECONDS) return;
      await wait(Math.min(last.milliseconds, MAX_MILLISECONDS));
    },
    time: async (intents, write) => {
      const began = now();
      try {
        return await write();
      } finally {
        const ended = now();
        last = { intents, milliseconds: ended - began, ended };
      }
    },
  };
}
