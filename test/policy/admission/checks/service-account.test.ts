import { expect, test } from 'vitest';
import type { Finding } from '../../../../src/policy/decision.ts';
import { serviceAccount } from '../../../../src/policy/admission/checks/service-account.ts';
import { createPodSubject } from '../../../../src/policy/pod/pod-subject.ts';
import { buildPod } from '../../../build/pod.ts';
import { buildReviewContext } from '../../../build/review-context.ts';

// Not a fixture: the API server overwrites the deprecated name before the pod is evaluated, so the two can differ only in
// a manifest.
test('refuses a manifest whose deprecated name differs', () => {
  const pod = buildPod(({ spec }) => {
    spec.serviceAccount = 'other';
  });
  const findings: Finding[] = [];
  serviceAccount.evaluate(createPodSubject(pod), buildReviewContext(), (finding) => findings.push(finding));
  expect(findings.map(({ field, found }) => [field, found])).toEqual([['spec.serviceAccount', '"other"']]);
});
