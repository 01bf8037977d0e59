import { evaluatePod } from '../../../src/policy/admission/evaluate-pod.ts';
import type { Pod } from '../../../src/policy/pod/pod.ts';
import { violationsOf } from '../../../src/policy/decision.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import type { AdmissionRequest } from '../../../src/webhook/admission-review.ts';
import { podContext } from '../../../src/webhook/review/pod-context.ts';
import type { ReviewSettings } from '../../../src/webhook/review/review-settings.ts';
import { benchReviews, type BenchReview } from '../admission-reviews.ts';
import type { Bar } from '../bar.ts';
import { parseReview } from '../baseline/parse-review.ts';
import { sampleSettings } from '../policies.ts';
import { describeRounds, interleave, medianRatio } from '../rounds.ts';

const ROUNDS = 15;
/** Passes over all reviews in a round, so that a round is long against the clock of the processor's time. */
const PASSES = 20;
const WARM_UP_ROUNDS = 3;

/** The whole contract against reading the bytes it judges, in one process. */
export const contractCpuRatio: Bar = {
  name: 'contract_cpu_ratio',
  unit: 'ratio',
  limit: 1.5,
  summary: 'Processor time of the whole contract on a pod, against JSON.parse of the bytes of its review.',
  measure: async ({ isQuick }) => {
    const reviews = benchReviews();
    const parsed = reviews.map(({ body, refusedBy }) => ({ refusedBy, request: requestOf(body) }));
    const settings = sampleSettings();
    const passes = isQuick ? 2 : PASSES;
    const perReview = (work: () => void) => cpuMicroseconds(work, passes) / (passes * reviews.length);
    const ours = () => perReview(() => judgeAll(parsed, settings));
    const baseline = () => perReview(() => parseAll(reviews));
    await interleave(WARM_UP_ROUNDS, ours, baseline);
    const rounds = await interleave(isQuick ? 5 : ROUNDS, ours, baseline);
    return { value: medianRatio(rounds), detail: describeRounds(rounds, 'µs of processor time a review') };
  },
};

function requestOf(body: Buffer): AdmissionRequest {
  return (parseReview(body) as { request: AdmissionRequest }).request;
}

interface Parsed extends Pick<BenchReview, 'refusedBy'> {
  readonly request: AdmissionRequest;
}

function judgeAll(reviews: readonly Parsed[], settings: ReviewSettings): void {
  for (const { request, refusedBy } of reviews) {
    const pod = request.object as Pod;
    const context = podContext(request, pod, 'Create', settings);
    const violations = violationsOf(evaluatePod(createPodSubject(pod), { context, now: settings.now() }));
    const isRight =
      refusedBy === null ? violations.length === 0 : violations.some(({ check }) => check === refusedBy);
    if (!isRight) {
      const told = violations.map(({ check }) => check).join(', ');
      throw new Error(`pod ${request.name}: expected ${refusedBy ?? 'no violation'}, got ${told || 'none'}`);
    }
  }
}

function parseAll(reviews: readonly BenchReview[]): void {
  for (const { body } of reviews) {
    if (typeof parseReview(body) !== 'object') throw new Error('a review is no object');
  }
}

function cpuMicroseconds(work: () => void, passes: number): number {
  const before = process.cpuUsage();
  for (let pass = 0; pass < passes; pass++) work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
