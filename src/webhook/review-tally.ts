import type { ReviewedRequest } from './reviewed-request.ts';

/** By what reviews are counted. */
export type ReviewLabels = Pick<ReviewedRequest, 'phase' | 'verdict' | 'operation' | 'resource'>;

/** Counts reviews and the checks that refused, until somebody asks. */
export interface ReviewTally {
  add(review: ReviewedRequest): void;
  /** Tells what was counted since it was last asked, and begins anew. */
  drain(to: ReviewTallyListener): void;
}

/** Is told each count that is not zero, once. */
export interface ReviewTallyListener {
  readonly reviewed: (labels: ReviewLabels, count: number) => void;
  readonly violated: (check: string, count: number) => void;
}

/**
 * Both registrations together ask about fewer, with their subresources; what comes beyond is counted as `other`. With
 * that there are at most 33 times 16 series.
 */
const MOST_RESOURCES = 32;
const OTHER = 'other';

const PHASES = ['Explain', 'Decide'] as const;
const VERDICTS = ['Allowed', 'Denied'] as const;
const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;
/** Where the count of one combination stands among the 16 of a resource: one bit, one bit and two. */
const PLACE = { Explain: 0, Decide: 1, Allowed: 0, Denied: 2, CREATE: 0, UPDATE: 4, DELETE: 8, CONNECT: 12 };
const PLACES = PHASES.length * VERDICTS.length * OPERATIONS.length;

/**
 * Begins an empty tally: plain numbers, found by number. A counter of prom-client puts its labels together and hashes them
 * each time it counts, which for every review would cost more than to judge some checks.
 */
export function createReviewTally(): ReviewTally {
  const reviews = new Map<string, number[]>();
  const violations = new Map<string, number>();
  return {
    add({ phase, verdict, operation, resource, checks }) {
      const counts = reviews.get(resource) ?? begin(reviews, resource);
      counts[PLACE[phase] + PLACE[verdict] + PLACE[operation]]! += 1;
      for (const check of checks) violations.set(check, (violations.get(check) ?? 0) + 1);
    },
    drain({ reviewed, violated }) {
      for (const [resource, counts] of reviews) {
        counts.forEach((count, place) => {
          if (count > 0) reviewed({ ...combination(place), resource }, count);
        });
        counts.fill(0);
      }
      for (const [check, count] of violations) violated(check, count);
      violations.clear();
    },
  };
}

/** The counts of a resource that has none yet; those of `other` where there are as many resources as may be. */
function begin(reviews: Map<string, number[]>, resource: string): number[] {
  const named = reviews.size < MOST_RESOURCES ? resource : OTHER;
  let counts = reviews.get(named);
  if (counts === undefined) reviews.set(named, (counts = Array<number>(PLACES).fill(0)));
  return counts;
}

function combination(place: number): Omit<ReviewLabels, 'resource'> {
  return {
    phase: PHASES[place & 1]!,
    verdict: VERDICTS[(place >> 1) & 1]!,
    operation: OPERATIONS[place >> 2]!,
  };
}
