/** What is used up of a budget that is given anew each day. A day is one of UTC. */
export interface DayUse {
  readonly day: number;
  /** Settled. */
  readonly used: number;
  /** Taken by what has not ended. */
  readonly reserved: number;
}

export interface Reserved {
  readonly use: DayUse;
  /** At most what was asked for, and at most what is left. */
  readonly granted: number;
}

const DAY_MILLISECONDS = 86_400_000;

/** Reserves up to `amount`. `used` and `reserved` together never pass the limit. */
export function reserveUse(use: DayUse | undefined, limit: number, amount: number, now: number): Reserved {
  const today = useToday(use, now);
  const granted = Math.max(0, Math.min(amount, limit - today.used - today.reserved));
  return { use: { ...today, reserved: today.reserved + granted }, granted };
}

/** Turns what was reserved into what was used, which counts for the day on which it is settled. */
export function settleUse(use: DayUse | undefined, granted: number, used: number, now: number): DayUse {
  const today = useToday(use, now);
  return { ...today, used: today.used + used, reserved: Math.max(0, today.reserved - granted) };
}

/** What has not ended may still be used today, so it stays reserved. */
export function useToday(use: DayUse | undefined, now: number): DayUse {
  const day = Math.floor(now / DAY_MILLISECONDS);
  if (use === undefined) return { day, used: 0, reserved: 0 };
  // A clock that is set back does not give a day twice.
  return use.day >= day ? use : { day, used: 0, reserved: use.reserved };
}

/** Seconds until the budget is given anew. */
export function secondsToNextDay(now: number): number {
  return Math.ceil((DAY_MILLISECONDS - (now % DAY_MILLISECONDS)) / 1000);
}
