import type { Clock } from '../../src/lib/clock.ts';

/** A clock that stands until it is moved. */
export interface ManualClock extends Clock {
  /** Moves it, waking what sleeps until then in order, and lets what was woken run. */
  readonly advance: (milliseconds: number) => Promise<void>;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export function createManualClock(start: number): ManualClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
        };
        const abort = (): void => {
          end();
          reject(signal?.reason as Error);
        };
        const wake = (): void => {
          end();
          resolve();
        };
        const sleeper = { until: now + milliseconds, wake };
        sleepers.add(sleeper);
        if (signal?.aborted === true) abort();
        signal?.addEventListener('abort', abort, { once: true });
      }),
    advance: async (milliseconds) => {
      const end = now + milliseconds;
      await settle();
      for (;;) {
        const [next] = [...sleepers].filter(({ until }) => until <= end).sort((a, b) => a.until - b.until);
        if (next === undefined) break;
        now = Math.max(now, next.until);
        next.wake();
        await settle();
      }
      now = end;
    },
  };
}

/** Lets promises and streams go on until nothing is left to do at this time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
