import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/policy/admission/checks/index.ts';
import { evaluateContract } from '../../../src/policy/admission/evaluate-contract.ts';
import type { Pod } from '../../../src/policy/pod/pod.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import type { ReviewContext } from '../../../src/policy/admission/review-context.ts';
import { type HardenContext, wirePod } from '../../../src/policy/harden/wire-pod.ts';
import { hardenPod } from '../../../src/policy/harden/harden-pod.ts';
import { buildPod, START_GATE_DIGEST } from '../../build/pod.ts';
import { buildReviewContext, buildRolePolicy } from '../../build/review-context.ts';
import { CHECK_FIXTURES } from '../admission/checks/index.ts';

function contextOf(change: Partial<ReviewContext> = {}): HardenContext {
  const known = buildReviewContext({ user: null, operation: 'Create', ...change });
  const { tenant } = known;
  const isAlone = tenant?.gatewayAddresses?.length === 0;
  const review = isAlone ? { ...known, tenant: { ...tenant, gatewayAddresses: ['10.96.0.50'] } } : known;
  return {
    review,
    role: review.role ?? buildRolePolicy(),
    startGateImage: `packages.example.com/cloister/start-gate@${START_GATE_DIGEST}`,
    now: 0,
  };
}

const fixtures = CHECK_FIXTURES.flatMap(({ check, fail }) =>
  fail.map((fixture) => ({ check, name: `${check}: ${fixture.name}`, fixture })),
);

describe('hardening', () => {
  test('checks repair in this order; the others ask for a decision', () => {
    expect(CHECKS.filter((check) => check.fix !== undefined).map(({ name }) => name)).toEqual([
      'start-gate',
      'host-namespaces',
      'host-ports',
      'host-process',
      'host-probes',
      'privilege-escalation',
      'capabilities',
      'run-as-non-root',
      'run-as-user',
      'read-only-root-filesystem',
      'seccomp-profile',
      'apparmor',
      'selinux',
      'sysctls',
      'proc-mount',
      'operating-system',
      'service-account',
      'service-account-token',
      'resource-limits',
      'volume-types',
      'volume-mounts',
      'runtime-class',
      'user-namespace',
      'process-sharing',
      'dns',
      'gateway-aliases',
      'service-links',
      'scheduling',
      'priority-class',
      'termination',
      'lifetime',
      'reserved-metadata',
    ]);
  });

  test('a compliant pod that knows its gateway is given back itself', () => {
    const compliant = buildPod(({ spec }) => {
      spec.hostAliases = [{ ip: '10.96.0.50', hostnames: ['cloister-gateway'] }];
    }) as Pod;
    const pod = wirePod(compliant, contextOf());
    expect(hardenPod(pod, '', contextOf()).pod).toBe(pod);
    expect(hardenPod(pod, '', contextOf()).left).toEqual([]);
  });

  test.for(fixtures)('$name: what is left is told, and a second time changes nothing', ({ fixture }) => {
    const pod = buildPod(fixture.tweak) as Pod;
    const written = JSON.stringify(pod);
    const context = contextOf(fixture.context);
    const first = hardenPod(pod, '', context);
    expect(JSON.stringify(pod)).toBe(written);
    const left = evaluateContract(CHECKS, createPodSubject(first.pod), context.review);
    expect(first.left.filter(({ check }) => check !== 'gateway')).toEqual(left);
    const isLost = !first.pod.spec?.hostAliases?.some(({ hostnames }) =>
      hostnames?.includes('cloister-gateway'),
    );
    expect(first.left.some(({ check }) => check === 'gateway')).toBe(isLost);
    if (context.review.tenant?.gatewayAddresses) expect(isLost).toBe(false);
    const second = hardenPod(first.pod, '', context);
    expect(second.pod).toEqual(first.pod);
    expect(second.left).toEqual(first.left);
  });
});
