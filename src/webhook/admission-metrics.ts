import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ReviewProblemReason } from '../serve/problem.ts';
import { createReviewTally } from './review-tally.ts';
import type { ReviewedRequest } from './reviewed-request.ts';

/** What reviews report of themselves. No label comes from a name that a user chooses, so the number of series is bounded. */
export interface AdmissionMetrics {
  reviewed(review: ReviewedRequest): void;
  failed(reason: ReviewProblemReason): void;
}

/** Decisions take tens of microseconds; the upper buckets show a starved process. */
const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 4];

/** So many durations are sorted into buckets together: one by one the code for it is never in the processor's caches. */
const OBSERVED_TOGETHER = 64;

/** Registers the admission metrics. `inFlight` is read when they are collected. */
export function createAdmissionMetrics(registry: Registry, inFlight: () => number): AdmissionMetrics {
  const tally = createReviewTally();
  const unobserved: ReviewedRequest[] = [];
  const observeAll = (): void => {
    for (const { phase, seconds } of unobserved.splice(0)) durations[phase].observe(seconds);
  };
  const countAll = (): void =>
    tally.drain({
      reviewed: (labels, count) => reviews.inc(labels, count),
      violated: (check, count) => violations.inc({ check }, count),
    });
  const before = { inFlight, count: countAll, observe: observeAll };
  const { reviews, violations, duration, errors } = register(registry, before);
  const durations = { Explain: duration.labels('Explain'), Decide: duration.labels('Decide') };
  return {
    reviewed(review) {
      tally.add(review);
      unobserved.push(review);
      if (unobserved.length >= OBSERVED_TOGETHER) observeAll();
    },
    failed(reason) {
      errors.inc({ reason });
    },
  };
}

/** What is done before a metric is collected. */
interface BeforeCollection {
  readonly inFlight: () => number;
  readonly count: () => void;
  readonly observe: () => void;
}

function register(registry: Registry, { inFlight, count, observe }: BeforeCollection) {
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
      collect: count,
    }),
    duration: new Histogram({
      name: 'cloister_admission_review_duration_seconds',
      help: 'From the headers of a request to its verdict, with reading the body.',
      labelNames: ['phase'],
      buckets: BUCKETS,
      registers,
      collect: observe,
    }),
    violations: new Counter({
      name: 'cloister_admission_violations_total',
      help: 'Denied reviews by the check that refused; one review may count for several.',
      labelNames: ['check'],
      registers,
      collect: count,
    }),
    errors: new Counter({
      name: 'cloister_admission_errors_total',
      help: 'Requests answered without a verdict, by why.',
      labelNames: ['reason'],
      registers,
    }),
  };
}
