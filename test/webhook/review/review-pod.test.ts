import { expect, test } from 'vitest';
import { review } from '../../../src/webhook/review/review.ts';
import { buildAdmissionReview } from '../../build/admission-review.ts';
import { buildPod } from '../../build/pod.ts';
import { knownCluster } from './known-cluster.ts';

test('a running pod is refused an annotation that a CNI obeys, and may keep one from before', () => {
  const networks = (text: string) => ({ 'k8s.v1.cni.cncf.io/networks': text });
  const carrying = (text: string) => buildPod(({ metadata }) => (metadata.annotations = networks(text)));
  const shorter = carrying('storage');
  shorter.spec.activeDeadlineSeconds = 60;
  const update = (oldObject: object, object: object) =>
    review(buildAdmissionReview({ operation: 'UPDATE', oldObject, object }).request, knownCluster());
  expect(update(buildPod(), carrying('storage'))).toMatchObject({
    allowed: false,
    checks: ['annotations'],
  });
  expect(update(carrying('storage'), carrying('other'))).toMatchObject({ checks: ['annotations'] });
  expect(update(carrying('storage'), shorter)).toEqual({ allowed: true });
  expect(update(carrying('storage'), buildPod())).toEqual({ allowed: true });
});
