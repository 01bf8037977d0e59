import { agentRole } from '../../../src/api/agent-role.ts';
import { tenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { evaluatePod } from '../../../src/policy/admission/evaluate-pod.ts';
import { violationsOf } from '../../../src/policy/decision.ts';
import type { Pod } from '../../../src/policy/pod/pod.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import { compileRole } from '../../../src/policy/roles/compile-role.ts';
import { compileTenant } from '../../../src/policy/tenants/compile-tenant.ts';
import type { AdmissionRequest } from '../../../src/webhook/admission-review.ts';
import { podContext } from '../../../src/webhook/review/pod-context.ts';
import type { ReviewSettings } from '../../../src/webhook/review/review-settings.ts';
import { readSampleObject } from '../../demo/samples.ts';
import { startGateDigest } from '../../e2e/samples.ts';
import { type BenchReview, benchReviews } from '../admission-reviews.ts';
import type { Bar, Bench, Measurement } from '../bar.ts';
import { describeRounds, interleave, medianRatio } from '../statistics.ts';

const ROUNDS = 15;
/** Passes over all reviews in a round, so that a round is long beside the resolution of processor time. */
const PASSES = 20;
const WARM_UP_ROUNDS = 3;

/** The contract beside the parsing of the bytes that it is evaluated on, in one process. */
export const CONTRACT_BARS: readonly Bar[] = [
  { name: 'contract_cpu_ratio', unit: 'ratio', limit: 1, needsCluster: false, measure: measureContract },
];

interface ParsedReview {
  readonly request: AdmissionRequest;
  readonly refusedBy: string | null;
}

async function measureContract({ isQuick, report }: Bench): Promise<Measurement> {
  const reviews = benchReviews();
  const parsed = reviews.map((review) => ({ request: parse(review), refusedBy: review.refusedBy }));
  const settings = sampleSettings();
  const refused = evaluateAll(parsed, settings);
  report(`${reviews.length} reviews, ${refused} refused, all as expected`);
  const passes = isQuick ? 2 : PASSES;
  const perReview = (work: () => void) => cpuMicroseconds(work, passes) / (passes * reviews.length);
  const ours = () => perReview(() => evaluateAll(parsed, settings));
  const baseline = () => perReview(() => reviews.forEach(parse));
  await interleave(WARM_UP_ROUNDS, ours, baseline);
  const rounds = await interleave(isQuick ? 5 : ROUNDS, ours, baseline);
  return { value: medianRatio(rounds), detail: describeRounds(rounds, 'µs of processor time a review') };
}

function parse({ body }: BenchReview): AdmissionRequest {
  return (JSON.parse(body.toString('utf8')) as { request: AdmissionRequest }).request;
}

/** Evaluates every pod, and returns how many are refused. Throws if one is not refused by the check that must. */
function evaluateAll(reviews: readonly ParsedReview[], settings: ReviewSettings): number {
  let refused = 0;
  for (const { request, refusedBy } of reviews) {
    const pod = request.object as Pod;
    const context = podContext(request, pod, 'Create', settings);
    const violations = violationsOf(
      evaluatePod(createPodSubject(pod), { context: context, now: settings.now() }),
    );
    const isExpected =
      refusedBy === null ? violations.length === 0 : violations.some(({ check }) => check === refusedBy);
    if (!isExpected) {
      const found = violations.map(({ check }) => check).join(', ');
      throw new Error(
        `pod ${request.name}: expected ${refusedBy ?? 'no violation'}, got ${found || 'no violation'}`,
      );
    }
    if (refusedBy !== null) refused += 1;
  }
  return refused;
}

function cpuMicroseconds(work: () => void, passes: number): number {
  const before = process.cpuUsage();
  for (let pass = 0; pass < passes; pass++) work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** What the webhook knows when the sample role and tenant are applied. */
function sampleSettings(): ReviewSettings {
  const role = compileRole(agentRole.schema.parse(readSampleObject('role-data-analyst.yaml')));
  const tenant = compileTenant(tenantIsolation.schema.parse(readSampleObject('tenant-acme.yaml')));
  return {
    view: {
      tenantOf: (namespace) => (tenant.namespaces.has(namespace) ? tenant : null),
      role: (name) => (name === role.name ? role : null),
      roleNameOfPod: () => undefined,
      otherTenantsOf: () => [],
      quarantineOf: () => null,
      hasTenant: () => true,
      enrolledFor: () => undefined,
    },
    configuration: {
      startGateDigests: [startGateDigest()],
      operatorUser: 'system:serviceaccount:cloister-system:cloister-operator',
    },
    now: Date.now,
    roleUse: { review: () => Promise.resolve('Denied') },
  };
}
