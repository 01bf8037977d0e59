import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checksOf, reviewAsJson, SAMPLE_POLICIES, SAMPLES } from '../run-command.ts';

/** What each sample is refused by, and by nothing else. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'acting-annotation': ['annotations'],
  'added-capability': ['capabilities'],
  'chosen-node': ['node-placement'],
  'foreign-alias': ['gateway-aliases'],
  'foreign-image': ['image-policy'],
  'foreign-role': ['role'],
  'host-network': ['host-namespaces'],
  'host-path': ['host-path'],
  'no-limits': ['resource-limits'],
  'no-seccomp': ['seccomp-profile'],
  'no-start-gate': ['start-gate'],
  privileged: ['privileged', 'privilege-escalation'],
  root: ['run-as-non-root', 'run-as-user'],
  'secret-in-environment': ['environment-secrets'],
  'service-account-token': ['service-account-token'],
  'too-much-memory': ['resource-limits'],
  'unpinned-image': ['image-policy'],
  'writable-root': ['read-only-root-filesystem'],
};

const policies = SAMPLE_POLICIES.flatMap((file) => ['-f', file]);

describe('the samples', () => {
  test('every refused sample is in the table', () => {
    const files = readdirSync(`${SAMPLES}/refused`).map((file) => file.replace(/\.yaml$/, ''));
    expect(files.toSorted()).toEqual(Object.keys(REFUSED).toSorted());
  });

  test.for(Object.entries(REFUSED))('%s is refused by exactly its checks', async ([name, checks]) => {
    const { code, entries } = await reviewAsJson([...policies, '-f', `${SAMPLES}/refused/${name}.yaml`]);
    expect(code).toBe(1);
    expect(entries).toMatchObject([{ kind: 'Pod', namespace: 'acme-agents', name, allowed: false }]);
    expect(checksOf(entries[0])).toEqual(checks);
  });

  test('the compliant pod is admitted', async () => {
    const { code, entries } = await reviewAsJson([...policies, '-f', `${SAMPLES}/workloads`]);
    expect(entries).toMatchObject([{ name: 'hermes', allowed: true, violations: [] }]);
    expect(code).toBe(0);
  });

  test('in the whole folder roles and tenants hold for what was read before them', async () => {
    const { code, entries } = await reviewAsJson(['-f', SAMPLES]);
    const refused = entries.filter((entry) => 'allowed' in entry && !entry.allowed);
    expect(code).toBe(1);
    expect(refused.length).toBe(Object.keys(REFUSED).length);
    // The pod and the two sandboxes that are admitted.
    expect(entries.length).toBe(refused.length + 3);
  });
});
