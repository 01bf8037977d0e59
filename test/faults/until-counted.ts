import { expect, vi } from 'vitest';
import type { ClusterCalls } from '../e2e/cluster-calls.ts';

const QUOTAS = '/api/v1/namespaces/default/resourcequotas';
const COUNT = 'count/agentsandboxes.cloister.dev';

/**
 * Waits until the quota controller knows the kind of sandboxes, which it learns within half a minute. Until then the operator
 * still has something to do for every tenant.
 */
export async function untilSandboxesAreCounted(calls: ClusterCalls): Promise<void> {
  const isCounted = async (): Promise<void> => {
    // It looks at a quota that it did not understand again after five minutes, and at a new one at once.
    await calls.remove(`${QUOTAS}/probe`);
    await calls.create(QUOTAS, { metadata: { name: 'probe' }, spec: { hard: { [COUNT]: '1' } } });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const { status } = (await calls.read(`${QUOTAS}/probe`)).object as {
      readonly status?: { readonly used?: Readonly<Record<string, string>> };
    };
    expect(status?.used).toHaveProperty([COUNT]);
  };
  await vi.waitFor(isCounted, { timeout: 90_000, interval: 1_000 });
  await calls.remove(`${QUOTAS}/probe`);
}
