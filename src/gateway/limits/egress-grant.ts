import type { DayBudgets } from './day-budgets.ts';

/** A budget of bytes that leave. */
interface EgressBudget {
  readonly key: string;
  readonly limit: number;
}

/** What one call has taken of its budgets. */
export interface EgressGrant {
  /** Whether so many bytes in all may leave. Takes what is missing. */
  readonly mayLeave: (bytes: number) => boolean;
  /** Gives back what was not used. */
  readonly settle: (used: number) => void;
}

/** Taken ahead, so that not every chunk asks. What is left of a budget at its end is given in smaller parts. */
const STEP_BYTES = 256 * 1024;

export function createEgressGrant(days: DayBudgets, budgets: readonly EgressBudget[]): EgressGrant {
  const taken = budgets.map(() => 0);
  let granted = 0;
  /** Takes from each budget what it has left of it; what one has not, none gives. */
  const take = (bytes: number): void => {
    const parts = budgets.map(({ key, limit }) => days.reserve(key, limit, bytes));
    const least = Math.min(...parts);
    budgets.forEach(({ key }, index) => {
      const part = parts[index] ?? 0;
      if (part > least) days.settle(key, part - least, 0);
      taken[index] = (taken[index] ?? 0) + least;
    });
    granted += least;
  };
  return {
    mayLeave: (bytes) => {
      if (bytes <= granted) return true;
      take(granted === 0 ? bytes : Math.max(bytes - granted, STEP_BYTES));
      return bytes <= granted;
    },
    settle: (used) => budgets.forEach(({ key }, index) => days.settle(key, taken[index] ?? 0, used)),
  };
}
