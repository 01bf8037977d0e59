import { expect, test } from 'vitest';
import { serviceAccount } from '../../../../src/policy/admission/checks/service-account.ts';
import { createPodSubject } from '../../../../src/policy/pod/pod-subject.ts';
import { buildPod } from '../../../build/pod.ts';
import { buildReviewContext } from '../../../build/review-context.ts';

// Not a fixture: the API server overwrites the deprecated name before anything judges the pod, so only a manifest in a
// file can disagree with itself.
test('refuses a manifest whose deprecated name says something else', () => {
  const pod = buildPod(({ spec }) => {
    spec.serviceAccount = 'other';
  });
  const findings = serviceAccount.evaluate(createPodSubject(pod), buildReviewContext());
  expect(findings.map(({ field, found }) => [field, found])).toEqual([['spec.serviceAccount', 'other']]);
});
