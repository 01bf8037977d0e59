import { type DayUse, reserveUse, settleUse, useToday } from '../../policy/limits/day-budget.ts';

/** What is used up each day, by key. */
export interface DayBudgets {
  /** Takes up to `amount` of what is left, and returns how much that is. */
  readonly reserve: (key: string, limit: number, amount: number) => number;
  /** Says how much of what was reserved has been used. */
  readonly settle: (key: string, granted: number, used: number) => void;
  readonly size: () => number;
}

export interface DayBudgetsOptions {
  /** How many keys are remembered. One more has nothing left. */
  readonly maxKeys: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createDayBudgets({ maxKeys, now }: DayBudgetsOptions): DayBudgets {
  const uses = new Map<string, DayUse>();
  const sweep = (): void => {
    for (const [key, use] of uses) {
      const { used, reserved } = useToday(use, now());
      if (used === 0 && reserved === 0) uses.delete(key);
    }
  };
  return {
    reserve: (key, limit, amount) => {
      const known = uses.get(key);
      if (known === undefined && uses.size >= maxKeys) sweep();
      if (known === undefined && uses.size >= maxKeys) return 0;
      const { use, granted } = reserveUse(known, limit, amount, now());
      uses.set(key, use);
      return granted;
    },
    settle: (key, granted, used) => {
      uses.set(key, settleUse(uses.get(key), granted, used, now()));
    },
    size: () => uses.size,
  };
}
