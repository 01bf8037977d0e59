import { expect, test } from 'vitest';
import { describeIdentities } from '../../../src/operator/release/describe-identities.ts';

const finalizers = ['cloister.dev/vault'];
const lastTransitionTime = '2026-01-01T00:00:00Z';
const condition = (type: string, message: string) =>
  ({ type, status: 'False', reason: 'Revoking', message, lastTransitionTime }) as const;

test('a sandbox that may have something in Vault is named, with what is left and why', () => {
  const conditions = [
    condition('Ready', 'No.'),
    condition('CredentialsReady', 'Steps are left. Vault is down.'),
  ];
  expect(
    describeIdentities([
      { metadata: { name: 'held', namespace: 'acme-agents', finalizers }, status: { conditions } },
      { metadata: { name: 'new', namespace: 'acme-agents', finalizers } },
      { metadata: { name: 'free', namespace: 'acme-agents' }, status: { conditions } },
    ]),
  ).toEqual([
    'AgentSandbox acme-agents/held: Steps are left. Vault is down.',
    'AgentSandbox acme-agents/new',
  ]);
});
