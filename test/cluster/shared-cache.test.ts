import { expect, test, vi } from 'vitest';
import { createSharedCache } from '../../src/cluster/shared-cache.ts';
import { resources } from '../../src/kube/resources.ts';
import { createManualClock } from '../build/manual-clock.ts';
import { createMemoryKubeClient } from '../build/memory-kube-client.ts';

test('a shared cache tells every subscriber of every change', async () => {
  const clock = createManualClock(0);
  const pod = { metadata: { name: 'a', namespace: 'acme', uid: 'u', resourceVersion: '1' } };
  const { client, emit } = createMemoryKubeClient({ pods: [pod] });
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const cache = createSharedCache({ client, logger, clock, resource: resources.pods });
  const seen: string[] = [];
  for (const subscriber of ['one', 'two']) {
    cache.subscribe(({ type, object }) => seen.push(`${subscriber}: ${type} ${object.metadata.name}`));
  }
  cache.start();
  await clock.advance(0);
  emit('pods', 'DELETED', { metadata: { ...pod.metadata, resourceVersion: '2' } });
  await clock.advance(1);
  expect(cache.resource).toBe('pods');
  expect(seen).toEqual(['one: Added a', 'two: Added a', 'one: Deleted a', 'two: Deleted a']);
  await cache.stop();
});

test('a subscriber that throws takes the change from no other, and is logged', async () => {
  const clock = createManualClock(0);
  const pod = { metadata: { name: 'a', namespace: 'acme', uid: 'u', resourceVersion: '1' } };
  const { client } = createMemoryKubeClient({ pods: [pod] });
  const error = vi.fn<(fields: object, message: string) => void>();
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error };
  const cache = createSharedCache({ client, logger, clock, resource: resources.pods });
  const seen: string[] = [];
  const fault = new TypeError('it cannot be read');
  cache.subscribe(() => {
    throw fault;
  });
  cache.subscribe(({ object }) => seen.push(object.metadata.name ?? ''));
  cache.start();
  await clock.advance(0);
  expect(seen).toEqual(['a']);
  expect(error.mock.calls).toMatchObject([[{ err: { errors: [fault] } }, 'change handler failed']]);
  await cache.stop();
});
