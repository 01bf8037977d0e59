import type { AdmissionRequest } from './admission-review.ts';
import type { AdmissionVerdict } from './admission-verdict.ts';

/**
 * Which of the two registrations asks: `Explain` early, in the mutating phase, so that a refusal lists everything at
 * once; `Decide` last, on the final object.
 */
export type ReviewPhase = 'Explain' | 'Decide';

/** The decision on one request: without I/O, in well under a millisecond; it may throw on a fault, never to deny. */
export type Review = (request: AdmissionRequest, phase: ReviewPhase) => AdmissionVerdict;
