import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createAdmissionMetrics, type ReviewedRequest } from '../../src/webhook/admission-metrics.ts';

const DENIED: ReviewedRequest = {
  phase: 'Decide',
  verdict: 'Denied',
  operation: 'CREATE',
  resource: 'pods',
  checks: ['privileged', 'host-path'],
  seconds: 0.003,
};

test('reviews, their durations, the checks that denied and failures are counted', async () => {
  const registry = new Registry();
  const metrics = createAdmissionMetrics(registry, () => 3);
  metrics.reviewed(DENIED);
  metrics.reviewed({ ...DENIED, checks: ['privileged'] });
  metrics.reviewed({ ...DENIED, phase: 'Explain', verdict: 'Allowed', resource: 'pods/exec', checks: [] });
  metrics.failed('SlowBody');
  const lines = (await registry.metrics()).split('\n');
  expect(lines.filter((line) => line.startsWith('cloister_admission_reviews_total'))).toEqual([
    'cloister_admission_reviews_total{phase="Decide",verdict="Denied",operation="CREATE",resource="pods"} 2',
    'cloister_admission_reviews_total{phase="Explain",verdict="Allowed",operation="CREATE",resource="pods/exec"} 1',
  ]);
  expect(lines).toContain('cloister_admission_violations_total{check="privileged"} 2');
  expect(lines).toContain('cloister_admission_violations_total{check="host-path"} 1');
  expect(lines).toContain('cloister_admission_review_duration_seconds_bucket{le="0.005",phase="Decide"} 2');
  expect(lines).toContain('cloister_admission_review_duration_seconds_bucket{le="0.0025",phase="Decide"} 0');
  expect(lines).toContain('cloister_admission_errors_total{reason="SlowBody"} 1');
  expect(lines).toContain('cloister_admission_in_flight 3');
});

test('resources without end do not make series without end', async () => {
  const registry = new Registry();
  const metrics = createAdmissionMetrics(registry, () => 0);
  for (let count = 0; count < 1_000; count += 1) {
    metrics.reviewed({
      phase: 'Decide',
      verdict: 'Allowed',
      operation: 'CREATE',
      resource: `things${count}`,
      checks: [],
      seconds: 0.001,
    });
  }
  const text = await registry.metrics();
  const series = text.split('\n').filter((line) => line.startsWith('cloister_admission_reviews_total{'));
  expect(series).toHaveLength(33);
  expect(text).toContain('resource="other"} 968');
});
