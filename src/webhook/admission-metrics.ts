import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AdmissionOperation } from './admission-review.ts';
import type { ReviewPhase } from './review-function.ts';
import type { ReviewProblemReason } from './review-problem.ts';

/** What reviews report of themselves. No label comes from a name that a user chooses, so the number of series is bounded. */
export interface AdmissionMetrics {
  reviewed(review: ReviewedRequest): void;
  failed(reason: ReviewProblemReason): void;
}

export interface ReviewedRequest {
  readonly phase: ReviewPhase;
  readonly verdict: 'Allowed' | 'Denied';
  readonly operation: AdmissionOperation;
  readonly resource: string;
  /** The checks that refused; none where the verdict is Allowed. */
  readonly checks: readonly string[];
  readonly seconds: number;
}

/** Decisions take tens of microseconds; the upper buckets show a starved process. */
const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 4];

/** So many reviews are counted together: one by one the code for it is never in the caches of the processor. */
const COUNTED_TOGETHER = 64;

/** Both registrations together ask about fewer, with their subresources; what comes beyond is counted as `other`. */
const MOST_RESOURCES = 32;

/** Where the counter of one combination stands among those of a resource. */
const PLACE = { Explain: 0, Decide: 1, Allowed: 0, Denied: 2, CREATE: 0, UPDATE: 4, DELETE: 8, CONNECT: 12 };

/** Registers the admission metrics. `inFlight` is read when they are collected. */
export function createAdmissionMetrics(registry: Registry, inFlight: () => number): AdmissionMetrics {
  const uncounted: ReviewedRequest[] = [];
  const countAll = (): void => {
    for (const reviewed of uncounted.splice(0)) count(reviewed);
  };
  const { errors, ...counted } = register(registry, inFlight, countAll);
  const count = createCount(counted);
  return {
    reviewed(review) {
      uncounted.push(review);
      if (uncounted.length >= COUNTED_TOGETHER) countAll();
    },
    failed(reason) {
      errors.inc({ reason });
    },
  };
}

interface CountedMetrics {
  readonly reviews: Counter<'phase' | 'verdict' | 'operation' | 'resource'>;
  readonly duration: Histogram<'phase'>;
  readonly violations: Counter<'check'>;
}

/** The counters of one resource, each in its {@link PLACE}. */
interface Series {
  readonly resource: string;
  readonly counters: (Counter.Internal | undefined)[];
}

/** Begins the series of a resource; null where there are as many as may be. */
function begin(seriesOf: Map<string, Series>, resource: string): Series | null {
  if (seriesOf.size >= MOST_RESOURCES) return null;
  const series: Series = { resource, counters: [] };
  seriesOf.set(resource, series);
  return series;
}

function createCount({ reviews, duration, violations }: CountedMetrics): (review: ReviewedRequest) => void {
  // prom-client hashes labels on every call, so the few combinations there are keep their counter. They are found by
  // number: a key put together of four texts would be hashed as well.
  const seriesOf = new Map<string, Series>();
  const others: Series = { resource: 'other', counters: [] };
  const durations = { Explain: duration.labels('Explain'), Decide: duration.labels('Decide') };
  const violationCounters = new Map<string, ReturnType<typeof violations.labels>>();
  return ({ phase, verdict, operation, resource, checks, seconds }) => {
    const { resource: named, counters } = seriesOf.get(resource) ?? begin(seriesOf, resource) ?? others;
    const place = PLACE[phase] + PLACE[verdict] + PLACE[operation];
    (counters[place] ??= reviews.labels(phase, verdict, operation, named)).inc();
    durations[phase].observe(seconds);
    for (const check of checks) {
      let violated = violationCounters.get(check);
      if (violated === undefined) violationCounters.set(check, (violated = violations.labels(check)));
      violated.inc();
    }
  };
}

function register(registry: Registry, inFlight: () => number, beforeCollection: () => void) {
  const registers = [registry];
  const gauge: Gauge = new Gauge({
    name: 'cloister_admission_in_flight',
    help: 'Reviews under way.',
    registers,
    collect: () => gauge.set(inFlight()),
  });
  return {
    reviews: new Counter({
      name: 'cloister_admission_reviews_total',
      help: 'Reviews answered with a verdict.',
      labelNames: ['phase', 'verdict', 'operation', 'resource'],
      registers,
      collect: beforeCollection,
    }),
    duration: new Histogram({
      name: 'cloister_admission_review_duration_seconds',
      help: 'From the headers of a request to its verdict, with reading the body.',
      labelNames: ['phase'],
      buckets: BUCKETS,
      registers,
      collect: beforeCollection,
    }),
    violations: new Counter({
      name: 'cloister_admission_violations_total',
      help: 'Denied reviews by the check that refused; one review may count for several.',
      labelNames: ['check'],
      registers,
      collect: beforeCollection,
    }),
    errors: new Counter({
      name: 'cloister_admission_errors_total',
      help: 'Requests answered without a verdict, by why.',
      labelNames: ['reason'],
      registers,
    }),
  };
}
