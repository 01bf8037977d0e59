/** Called with the time now, in milliseconds. */
export type Tick = (now: number) => void;

/** One timer for all tunnels: thousands of idle ones cost one pass a tick, and a chunk costs no timer. */
export interface TunnelClock {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Calls `tick` each interval until it is deleted. */
  add(tick: Tick): void;
  delete(tick: Tick): void;
}

export interface TunnelClockOptions {
  readonly monotonicNow: () => number;
  /** How late a limit in time may be seen. */
  readonly intervalMilliseconds: number;
}

/** The timer runs only while there are tunnels, so nothing has to be stopped. */
export function createTunnelClock({ monotonicNow, intervalMilliseconds }: TunnelClockOptions): TunnelClock {
  const ticks = new Set<Tick>();
  let timer: NodeJS.Timeout | null = null;
  const run = (): void => {
    const now = monotonicNow();
    for (const tick of ticks) tick(now);
  };
  return {
    now: monotonicNow,
    add: (tick) => {
      ticks.add(tick);
      timer ??= setInterval(run, intervalMilliseconds);
    },
    delete: (tick) => {
      ticks.delete(tick);
      if (ticks.size > 0 || timer === null) return;
      clearInterval(timer);
      timer = null;
    },
  };
}
