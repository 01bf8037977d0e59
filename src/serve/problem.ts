/** Why a request got no verdict. The label of `cloister_admission_errors_total`. */
export type ReviewProblemReason =
  | 'NotReady'
  | 'Overloaded'
  | 'UnsupportedMediaType'
  | 'TooLarge'
  | 'Malformed'
  | 'SlowBody'
  | 'Late'
  | 'Fault';

/** An answer that is not a verdict: the API server then follows the registration's `failurePolicy`. */
export interface ReviewProblem {
  readonly reason: ReviewProblemReason;
  /** HTTP status. */
  readonly status: number;
  /** One line; the API server shows it to whoever asked. */
  readonly text: string;
  /** Asks the API server to try again: it does so within the webhook's timeout. */
  readonly retry?: boolean;
  /** The rest of the request is not read, so the connection cannot be used again. */
  readonly close?: boolean;
}

/** Whether a value that may be a problem is one. */
export function isReviewProblem(value: object): value is ReviewProblem {
  return 'status' in value && 'text' in value;
}
