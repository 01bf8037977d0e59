import { secondsToNextDay } from '../../policy/limits/day-budget.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';
import { createDayBudgets, type DayBudgetsOptions } from './day-budgets.ts';

/** What one request for a model has taken of its budgets of tokens. */
export interface TokenGrant {
  /** Says what the request has used. Where nobody says it, all of it is used. */
  readonly use: (tokens: number) => void;
  /** Gives back what was not used. What was used beyond the grant counts too. */
  readonly settle: () => void;
}

/** Of whom a request takes tokens, and how many each has a day. */
export interface TokenLimits {
  readonly sandbox: string;
  readonly ofSandbox: number;
  readonly ofTenant: number;
}

export interface TokenBudgets {
  /** Takes tokens of both budgets. A model cannot be stopped at a number of tokens, so a part of them is of no use. */
  readonly reserve: (limits: TokenLimits, tokens: number) => Refusal | TokenGrant;
  readonly size: () => number;
}

/** Not the UID of an object. */
const TENANT = 'tenant';

export function createTokenBudgets(options: DayBudgetsOptions): TokenBudgets {
  const days = createDayBudgets(options);
  return {
    reserve: ({ sandbox, ofSandbox, ofTenant }, tokens) => {
      const mine = days.reserve(sandbox, ofSandbox, tokens);
      const ours = days.reserve(TENANT, ofTenant, tokens);
      const settle = (used: number): void => {
        days.settle(sandbox, mine, used);
        days.settle(TENANT, ours, used);
      };
      if (mine === tokens && ours === tokens) return grantOf(tokens, settle);
      settle(0);
      return notEnough(mine === tokens, tokens, options.now());
    },
    size: days.size,
  };
}

function grantOf(tokens: number, settle: (used: number) => void): TokenGrant {
  let used = tokens;
  return { use: (count) => void (used = count), settle: () => settle(used) };
}

/** What is left may do for a smaller request. */
function notEnough(isTenant: boolean, tokens: number, now: number): Refusal {
  return refuse('BudgetUsedUp', {
    message:
      `The request may use ${tokens} tokens, and ${isTenant ? 'the tenant' : 'the sandbox'} has fewer left today. ` +
      'Ask for fewer output tokens, or wait for tomorrow (UTC).',
    ...(isTenant ? {} : { rule: 'spec.budgets.tokensPerDay' }),
    retrySeconds: secondsToNextDay(now),
  });
}
