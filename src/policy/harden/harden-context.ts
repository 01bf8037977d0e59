import type { FixContext } from '../admission/check.ts';

/** What is known when a pod is hardened. */
export interface HardenContext extends FixContext {
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
}
