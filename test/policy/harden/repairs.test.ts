import { expect, test } from 'vitest';
import type { FixContext } from '../../../src/policy/admission/check.ts';
import { CHECKS } from '../../../src/policy/admission/checks/index.ts';
import { evaluateContract } from '../../../src/policy/admission/evaluate-contract.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import type { Pod } from '../../../src/policy/pod/pod.ts';
import { buildPod, START_GATE_DIGEST } from '../../build/pod.ts';
import { buildReviewContext, buildRolePolicy, buildTenantPolicy } from '../../build/review-context.ts';
import { REPAIRS } from './repairs.ts';

const IMAGE = `ghcr.io/cloister/start-gate@${START_GATE_DIGEST}`;

test('every repair of a check is in the table', () => {
  const repaired = CHECKS.filter((check) => check.fix !== undefined).map(({ name }) => name);
  expect([...new Set(REPAIRS.map(({ check }) => check))].toSorted()).toEqual(repaired.toSorted());
});

test.for(REPAIRS)('$check repairs $name', (repair) => {
  const { before, after, gatewayAddresses = [], startGateImage = IMAGE } = repair;
  const role = buildRolePolicy(repair.role);
  const tenant = buildTenantPolicy({ gatewayAddresses });
  const review = buildReviewContext({ role, tenant, user: null });
  const context: FixContext = { review, role, startGateImage };
  const check = CHECKS.find(({ name }) => name === repair.check);
  const pod = buildPod(before) as Pod;
  const written = JSON.stringify(pod);
  expect(check && evaluateContract([check], createPodSubject(pod), context.review)).not.toEqual([]);
  expect(check?.fix?.(pod, context)).toEqual(buildPod(after));
  expect(JSON.stringify(pod)).toBe(written);
});
