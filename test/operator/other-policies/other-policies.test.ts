import { afterEach, describe, expect, test } from 'vitest';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { KubeError, type KubeErrorReason } from '../../../src/kube/kube-error.ts';
import type { KubeResource } from '../../../src/kube/kube-resource.ts';
import { unlessAborted } from '../../../src/lib/unless-aborted.ts';
import {
  createOtherPolicies,
  type OtherPolicies,
} from '../../../src/operator/other-policies/other-policies.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';
import { buildPolicyPod } from '../../build/network-policy.ts';

const CILIUM = 'ciliumnetworkpolicies';
const wide = {
  metadata: { name: 'wide', namespace: 'acme-agents', uid: 'wide', resourceVersion: '2' },
  spec: { egress: [{ toEntities: ['world'] }] },
};
const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let running: OtherPolicies | undefined;
afterEach(() => running?.stop());

/** An API server on which the list of a kind ends as `failures` says; a kind that is not in it is not served. */
async function startWith(failures: Record<string, KubeErrorReason | null>, hanging?: string) {
  let hasBeenAsked = false;
  const memory = createMemoryKubeClient();
  const clock = createManualClock(Date.parse('2026-11-28T12:00:00Z'));
  const list: KubeClient['list'] = (resource: KubeResource, ...rest) => {
    // Served, as the first list says; the list that the cache begins with is never answered.
    const [, limits] = rest;
    if (resource.plural === hanging && hasBeenAsked)
      return unlessAborted(new Promise(() => {}), limits?.signal);
    hasBeenAsked ||= resource.plural === hanging;
    const reason = failures[resource.plural];
    return reason === null
      ? memory.client.list(resource, ...rest)
      : Promise.reject(new KubeError('refused', { reason: reason ?? 'KindNotServed' }));
  };
  const client = { ...memory.client, list };
  const changes: (string | undefined)[] = [];
  running = createOtherPolicies({ client, clock, logger });
  running.subscribe((namespace) => changes.push(namespace));
  running.start();
  if (hanging !== undefined) await clock.advance(30_000);
  await running.whenSynced();
  return { memory, clock, changes, policies: running, failures };
}

const namesOf = (policies: OtherPolicies): readonly string[] =>
  policies.concerning(buildPolicyPod()).map(({ kind, name }) => `${kind} ${name}`);

describe('policies of other APIs', () => {
  test('that are not installed are none', async () => {
    const { policies, memory } = await startWith({});
    expect(namesOf(policies)).toEqual([]);
    expect(memory.openWatches()).toBe(0);
  });

  test('are found within a minute of their installation, and followed from then on', async () => {
    const { policies, memory, clock, changes, failures } = await startWith({});
    failures[CILIUM] = null;
    await clock.advance(60_000);
    memory.emit(CILIUM, 'ADDED', wide);
    await clock.advance(0);
    expect(namesOf(policies)).toEqual(['CiliumNetworkPolicy.cilium.io wide']);
    expect(changes.at(-1)).toBe('acme-agents');
    memory.emit(CILIUM, 'DELETED', wide);
    await clock.advance(0);
    expect(namesOf(policies)).toEqual([]);
  });

  test('whose objects cannot be read count until they can be', async () => {
    const { policies, clock, changes, failures } = await startWith({ [CILIUM]: 'Forbidden' });
    expect(namesOf(policies)).toEqual(['CiliumNetworkPolicy.cilium.io null']);
    failures[CILIUM] = null;
    await clock.advance(60_000);
    expect(namesOf(policies)).toEqual([]);
    expect(changes).toEqual([undefined]);
  });

  test('whose objects cannot be read for a reason that may pass are asked for again within seconds', async () => {
    const { policies, clock, failures } = await startWith({ [CILIUM]: 'Unavailable' });
    expect(namesOf(policies)).toEqual(['CiliumNetworkPolicy.cilium.io null']);
    failures[CILIUM] = null;
    await clock.advance(2_000);
    expect(namesOf(policies)).toEqual([]);
  });

  test('whose objects never come count as unread, and keep no other waiting', async () => {
    const { policies } = await startWith({ [CILIUM]: null }, CILIUM);
    expect(policies.synced()).toBe(true);
    expect(namesOf(policies)).toEqual(['CiliumNetworkPolicy.cilium.io null']);
  });
});
