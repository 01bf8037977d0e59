import type { AdmissionOperation } from './admission-review.ts';
import type { ReviewPhase } from './review-function.ts';

/** What is told of a review that was answered with a verdict. */
export interface ReviewedRequest {
  readonly phase: ReviewPhase;
  readonly verdict: 'Allowed' | 'Denied';
  readonly operation: AdmissionOperation;
  /** With its subresource, as `pods/exec`. */
  readonly resource: string;
  /** The checks that refused; none where the verdict is Allowed. */
  readonly checks: readonly string[];
  readonly seconds: number;
}
