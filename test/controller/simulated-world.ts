import type { Clock } from '../../src/lib/clock.ts';

/** A world with one true time, in which any number of computers run, each with a clock of its own. */
export interface SimulatedWorld {
  /** True time in milliseconds since the beginning. */
  readonly now: () => number;
  /** In [0, 1), the same for the same seed. */
  readonly random: () => number;
  readonly at: (time: number, act: () => void) => void;
  /** Lets everything happen until `time`, in order; what an event wakes runs before the next. */
  readonly runUntil: (time: number) => Promise<void>;
}

export function createWorld(seed: number): SimulatedWorld {
  const random = createRandom(seed);
  let now = 0;
  let order = 0;
  const events: { readonly time: number; readonly order: number; readonly act: () => void }[] = [];
  const at = (time: number, act: () => void): void => {
    const event = { time: Math.max(time, now), order: (order += 1), act };
    const index = events.findLastIndex((other) => other.time <= event.time);
    events.splice(index + 1, 0, event);
  };
  return {
    now: () => now,
    random,
    at,
    runUntil: async (time) => {
      await settle();
      while (events.length > 0 && events[0]!.time <= time) {
        const event = events.shift()!;
        now = event.time;
        event.act();
        await settle();
      }
      now = time;
    },
  };
}

/** Nothing in the world does I/O, so one turn of the loop is enough for every promise. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A stretch of true time. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A computer: its clock is wrong, and it may stand still, be cut off, or die. */
export interface SimulatedComputer {
  readonly clock: Clock;
  /** Runs something at the time, or when the computer goes on; never after its death. */
  readonly wakeAt: (time: number, act: () => void) => void;
  /** The first time at or after `time` at which its network works. */
  readonly connectedAt: (time: number) => number;
  readonly isDead: () => boolean;
}

export interface ComputerPlan {
  /** Milliseconds that its clock is ahead. */
  readonly skew: number;
  /** How much faster than true time its clock runs: 1.01 is a hundredth. */
  readonly rate: number;
  readonly pauses: readonly Stretch[];
  readonly cuts: readonly Stretch[];
  readonly diesAt?: number;
}

export function createComputer(world: SimulatedWorld, plan: ComputerPlan): SimulatedComputer {
  const { skew, rate, pauses, cuts, diesAt = Number.POSITIVE_INFINITY } = plan;
  const after = (time: number, stretches: readonly Stretch[]): number => {
    const inside = stretches.find(({ from, to }) => time >= from && time < to);
    return inside === undefined ? time : after(inside.to, stretches);
  };
  const wakeAt = (time: number, act: () => void): void => {
    world.at(time, () => {
      const awake = after(world.now(), pauses);
      if (awake >= diesAt) return;
      if (awake > world.now()) wakeAt(awake, act);
      else act();
    });
  };
  const clock: Clock = {
    now: () => Date.UTC(2026, 10, 23) + skew + world.now() * rate,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        return wakeAt(world.now() + milliseconds / rate, resolve);
      }),
  };
  return {
    clock,
    wakeAt,
    connectedAt: (time) => after(time, cuts),
    isDead: () => world.now() >= diesAt,
  };
}
