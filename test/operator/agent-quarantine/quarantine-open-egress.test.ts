import { expect, test } from 'vitest';
import { LABEL } from '../../../src/api/names.ts';
import { agentQuarantine } from '../../../src/api/agent-quarantine.ts';
import { quarantineForOpenEgress } from '../../../src/operator/agent-quarantine/quarantine-open-egress.ts';
import type { StoredSandbox } from '../../../src/operator/agent-quarantine/quarantine-lookup.ts';
import { at, OPEN, PASSED, podIn, POD_UID, RUNNING, world } from '../agent-sandbox/sandbox-world.ts';

/** A sandbox that says this of its network. */
const saying = (status: 'True' | 'False' | 'Unknown', reason: string, message = 'Open.'): StoredSandbox =>
  world({
    status: {
      conditions: [{ type: 'EgressClosed', status, reason, message, lastTransitionTime: at(0) }],
    },
  }).sandbox;

const OPENED = saying('False', 'OpenedBy', 'NetworkPolicy "wide" opens it.');
const FOUND = saying('False', 'FoundOpen');

test('a sandbox whose pod a policy opens is quarantined, by the name of the pod', () => {
  const made = quarantineForOpenEgress(OPENED, podIn(world(), RUNNING));

  expect(made).toMatchObject({
    metadata: { name: `egress-${POD_UID}` },
    spec: {
      target: { type: 'Sandbox', namespace: 'acme-agents', name: 'hermes' },
      reason: 'The network of its pod is open (OpenedBy): NetworkPolicy "wide" opens it.',
    },
  });
  expect(agentQuarantine.schema.safeParse(made).success).toBe(true);
});

test('a sandbox whose start gate found its network open is quarantined', () => {
  expect(quarantineForOpenEgress(FOUND, podIn(world(), OPEN))).not.toBeNull();
});

test('a long message is cut to what a quarantine may hold', () => {
  const made = quarantineForOpenEgress(
    saying('False', 'OpenedBy', 'x'.repeat(5_000)),
    podIn(world(), RUNNING),
  );

  expect(made?.spec.reason).toHaveLength(1_024);
});

const cutOff = podIn(world(), RUNNING);
const labels = { ...cutOff.metadata.labels, [LABEL.contained]: 'true' };

test.each<[string, StoredSandbox, Parameters<typeof quarantineForOpenEgress>[1]]>([
  ['is closed', saying('True', 'Closed'), podIn(world(), RUNNING)],
  ['is not known', saying('Unknown', 'OtherPolicyEngine'), podIn(world(), RUNNING)],
  ['was found open by the gate of an earlier pod', FOUND, podIn(world(), {})],
  ['is closed to the pod that came after', FOUND, podIn(world(), PASSED)],
  ['has no pod', OPENED, undefined],
  ['is that of a pod that has ended', OPENED, podIn(world(), { phase: 'Failed' })],
  [
    'is that of a pod of an earlier sandbox of the name',
    OPENED,
    { ...cutOff, metadata: { ...cutOff.metadata, ownerReferences: [] } },
  ],
  ['is that of a pod that is cut off', OPENED, { ...cutOff, metadata: { ...cutOff.metadata, labels } }],
  [
    'is that of a pod that ends',
    OPENED,
    { ...cutOff, metadata: { ...cutOff.metadata, deletionTimestamp: at(0) } },
  ],
])('a sandbox whose network %s is not quarantined', (_, sandbox, pod) => {
  expect(quarantineForOpenEgress(sandbox, pod)).toBeNull();
});
