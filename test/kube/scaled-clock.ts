import { type Clock, systemClock } from '../../src/lib/clock.ts';

/** A clock that runs so many times faster than the real one, from the same start. */
export function createScaledClock(factor: number): Clock {
  const start = systemClock.now();
  return {
    now: () => start + (systemClock.now() - start) * factor,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / factor, signal),
  };
}
