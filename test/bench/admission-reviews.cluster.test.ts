import { beforeAll, expect, test } from 'vitest';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { benchReviews } from './admission-reviews.ts';
import { captureReview } from './capture-review.ts';
import { benchPods } from './pods.ts';

const controlPlane = useControlPlane();
let namespace = '';

beforeAll(async () => {
  namespace = await controlPlane.createNamespace('acme-agents');
  const hermes = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'hermes', namespace } };
  await controlPlane.apply([hermes]);
});

test('the reviews of the bench are as long as those that the API server sends', async () => {
  const pods = benchPods(20);
  const reviews = benchReviews(20);
  for (const [index, { manifest }] of pods.entries()) {
    if (index % 4 > 0) continue;
    const pod = { ...manifest, metadata: { ...manifest.metadata, namespace } };
    const captured = await captureReview(controlPlane, pod);
    const ratio = (reviews[index]?.body.length ?? 0) / captured.length;
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
  }
});

test('the reviews of the bench hold what the API server fills in', async () => {
  const [pod] = benchPods(1);
  const [review] = benchReviews(1);
  if (pod === undefined || review === undefined) throw new Error('there is no pod');
  const manifest = { ...pod.manifest, metadata: { ...pod.manifest.metadata, namespace } };
  const captured = await captureReview(controlPlane, manifest);
  expect(paths(JSON.parse(review.body.toString('utf8')))).toEqual(
    paths(JSON.parse(captured.toString('utf8'))),
  );
});

/** Every path of members, sorted, but for what belongs to who asks and how. */
function paths(value: unknown, at = ''): string[] {
  if (/^\.request\.(userInfo|options)/.test(at)) return [];
  if (typeof value !== 'object' || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, member]) => paths(member, `${at}.${key}`));
  return below.length === 0 ? [at] : below.toSorted();
}
