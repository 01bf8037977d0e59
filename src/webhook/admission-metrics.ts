import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ProblemReason } from '../serve/problem.ts';
import type { AdmissionOperation, ReviewPhase } from './admission-review.ts';

/** A review that was answered with a verdict. */
export interface ReviewedRequest {
  readonly phase: ReviewPhase;
  readonly verdict: 'Allowed' | 'Denied';
  readonly operation: AdmissionOperation;
  /** With its subresource, for example `pods/exec`. */
  readonly resource: string;
  /** The checks that denied. */
  readonly checks: readonly string[];
  readonly seconds: number;
}

/** The metrics of reviews. */
export interface AdmissionMetrics {
  reviewed(review: ReviewedRequest): void;
  failed(reason: ProblemReason): void;
}

/** A review takes well under a millisecond. The upper buckets show a starved process. */
const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 4];

/**
 * Both registrations together name fewer resources, with their subresources. Further ones count as `other`, so that a
 * client that chooses the names cannot create series without end.
 */
const MAX_RESOURCES = 32;
const OTHER = 'other';

/** Registers the admission metrics. `inFlight` is read when they are collected. */
export function createAdmissionMetrics(registry: Registry, inFlight: () => number): AdmissionMetrics {
  const { reviews, violations, durations, errors } = register(registry, inFlight);
  const resources = new Set<string>();
  const boundedResource = (resource: string): string => {
    if (resources.size < MAX_RESOURCES) resources.add(resource);
    return resources.has(resource) ? resource : OTHER;
  };
  return {
    reviewed({ phase, verdict, operation, resource, checks, seconds }) {
      reviews.inc({ phase, verdict, operation, resource: boundedResource(resource) });
      durations.observe({ phase }, seconds);
      for (const check of checks) violations.inc({ check });
    },
    failed(reason) {
      errors.inc({ reason });
    },
  };
}

function register(registry: Registry, inFlight: () => number) {
  const registers = [registry];
  const gauge: Gauge = new Gauge({
    name: 'cloister_admission_in_flight',
    help: 'Reviews in flight.',
    registers,
    collect: () => gauge.set(inFlight()),
  });
  return {
    reviews: new Counter({
      name: 'cloister_admission_reviews_total',
      help: 'Reviews answered with a verdict.',
      labelNames: ['phase', 'verdict', 'operation', 'resource'],
      registers,
    }),
    durations: new Histogram({
      name: 'cloister_admission_review_duration_seconds',
      help: 'From the headers of a request to its verdict, including reading the body.',
      labelNames: ['phase'],
      buckets: BUCKETS,
      registers,
    }),
    violations: new Counter({
      name: 'cloister_admission_violations_total',
      help: 'Denied reviews by the check that denied. One review may count for several checks.',
      labelNames: ['check'],
      registers,
    }),
    errors: new Counter({
      name: 'cloister_admission_errors_total',
      help: 'Requests answered without a verdict, by reason.',
      labelNames: ['reason'],
      registers,
    }),
  };
}
