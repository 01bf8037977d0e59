import type { Surroundings } from './pod-review-context.ts';

/** What the user asked of a review. */
export interface ReviewOptions extends Surroundings {
  /** Checks to ask; all where it is empty. */
  readonly checks: readonly string[];
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
  /** Told for every pod whose role is not in the input, so that only the context-free contract was asked of it. */
  readonly onMissingRole: (role: string) => void;
}
