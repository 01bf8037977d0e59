import type { TokenUsage } from './read-usage.ts';

/** How a request for a model ended. */
export interface ModelOutcome {
  /** Whether the vendor may have got it. */
  readonly wasSent: boolean;
  /** Null where no response came. */
  readonly status: number | null;
  /** What the response told, as far as it came. */
  readonly usage: TokenUsage | null;
}

/**
 * How many of the reserved tokens count as used. What the vendor reports counts, and a request that it refuses is free. Of
 * a response that was cut nobody knows what it has used: a model also thinks without a word. So what was reserved counts,
 * or an agent that always hangs up would have tokens without end.
 */
export function tokensUsed(reservedTokens: number, { wasSent, status, usage }: ModelOutcome): number {
  if (!wasSent) return 0;
  if (usage?.isReported === true) return usage.tokens;
  if (status !== null && status >= 300) return 0;
  return Math.max(reservedTokens, usage?.tokens ?? 0);
}
