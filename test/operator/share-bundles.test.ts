import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createBundleSharing } from '../../src/operator/share-bundles.ts';

const BUNDLE = 'public roots\n'.repeat(20_000);
const NAMESPACES = 100;

test('the bundles of a hundred namespaces of one tenant take the memory of a few', () => {
  const share = createBundleSharing();
  const before = collectedHeap();
  const kept = Array.from({ length: NAMESPACES }, (_, index) => share(received(index, 'acme', BUNDLE)));
  const bytes = collectedHeap() - before;
  expect(kept.every(({ data }) => data?.['bundle.crt'] === BUNDLE)).toBe(true);
  expect(bytes).toBeLessThan(10 * BUNDLE.length);
});

test.each([
  ['another authority has its own bundle', 'umbrella', 'public roots\numbrella\n'],
  ['a bundle that somebody changed stays as it is', 'acme', 'attacker\n'],
])('%s', (_, authority, bundle) => {
  const share = createBundleSharing();
  share(received(0, 'acme', 'public roots\nacme\n'));
  const configMap = received(1, authority, bundle);
  expect(share(configMap)).toEqual(configMap);
});

test('a ConfigMap without a bundle is left as it is', () => {
  const share = createBundleSharing();
  const configMap = {
    metadata: { name: 'cloister-gate', namespace: 'cloister-t-acme' },
    data: { 'gate.json': '{}' },
  };
  expect(share(configMap)).toBe(configMap);
});

/** As it comes from the API server: each with texts of its own. */
function received(index: number, authority: string, bundle: string) {
  const metadata = { name: 'cloister-ca', namespace: `namespace-${index}` };
  const text = JSON.stringify({ metadata, data: { 'ca.crt': authority, 'bundle.crt': bundle } });
  return JSON.parse(text) as ReturnType<ReturnType<typeof createBundleSharing>>;
}

function collectedHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
