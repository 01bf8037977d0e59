import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/policy/admission/checks/index.ts';
import { evaluateContract } from '../../../src/policy/admission/evaluate-contract.ts';
import type { Pod } from '../../../src/policy/pod/pod.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import type { ReviewContext } from '../../../src/policy/admission/review-context.ts';
import type { HardenContext } from '../../../src/policy/harden/harden-context.ts';
import { hardenPod } from '../../../src/policy/harden/harden-pod.ts';
import { FIXES } from '../../../src/policy/harden/index.ts';
import { buildPod, START_GATE_DIGEST } from '../../build/pod.ts';
import { buildReviewContext, buildRolePolicy } from '../../build/review-context.ts';
import { CHECK_FIXTURES } from '../admission/checks/index.ts';

/** Checks whose every finding asks for a decision: no pure function can know what the author meant. */
const DECISIONS = [
  'host-path',
  'privileged',
  'operating-system',
  'devices',
  'image-policy',
  'environment-secrets',
  'role',
  'debug',
];

function contextOf(change: Partial<ReviewContext> = {}): HardenContext {
  const review = buildReviewContext({ user: null, operation: 'Create', ...change });
  return {
    review,
    role: review.role ?? buildRolePolicy(),
    gatewayAddresses: ['10.96.0.50'],
    startGateImage: `packages.example.com/cloister/start-gate@${START_GATE_DIGEST}`,
    now: 0,
  };
}

const fixtures = CHECK_FIXTURES.flatMap(({ check, fail }) =>
  fail.map((fixture) => ({ check, name: `${check}: ${fixture.name}`, fixture })),
);

describe('hardening', () => {
  test('every check is fixed, or known to ask for a decision', () => {
    const names = [...FIXES.map(({ check }) => check), ...DECISIONS];
    expect(names.toSorted()).toEqual(CHECKS.map(({ name }) => name).toSorted());
  });

  test('a compliant pod that knows its gateway is given back itself', () => {
    const pod = buildPod(({ spec }) => {
      spec.hostAliases = [{ ip: '10.96.0.50', hostnames: ['cloister-gateway'] }];
    }) as Pod;
    expect(hardenPod(pod, '', contextOf()).pod).toBe(pod);
    expect(hardenPod(pod, '', contextOf()).left).toEqual([]);
  });

  test.for(fixtures)('$name: what is left is told, and a second time changes nothing', ({ fixture }) => {
    const pod = buildPod(fixture.tweak) as Pod;
    const written = JSON.stringify(pod);
    const context = contextOf(fixture.context);
    const first = hardenPod(pod, '', context);
    expect(JSON.stringify(pod)).toBe(written);
    expect(first.left).toEqual(evaluateContract(CHECKS, createPodSubject(first.pod), context.review));
    const second = hardenPod(first.pod, '', context);
    expect(second.pod).toEqual(first.pod);
    expect(second.left).toEqual(first.left);
  });
});
