import { describe, expect, test } from 'vitest';
import { mayConcern, type OtherPolicyObject } from '../../../src/policy/network-policies/other-policies.ts';
import { buildPolicyPod } from '../../build/network-policy.ts';

const pod = buildPolicyPod();
const egress = [{ toEntities: ['world'] }];
const cluster = (spec: unknown): OtherPolicyObject => ({ metadata: { name: 'one' }, spec });
const inNamespace = (namespace: string, spec: unknown): OtherPolicyObject => ({
  metadata: { name: 'one', namespace },
  spec,
});
const named = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });

describe('a policy of another API concerns a pod', () => {
  test.for<[string, OtherPolicyObject]>([
    ['in its namespace, whatever it selects', inNamespace('acme-agents', { endpointSelector: {}, egress })],
    ['at cluster scope', cluster({ selector: 'all()', egress })],
    ['by one of several specs', { metadata: { name: 'one' }, specs: [{ ingress: [] }, { egress }] }],
    ['whose subject is its namespace', cluster({ subject: { namespaces: named('acme-agents') }, egress })],
    ['whose subject is every namespace', cluster({ subject: { namespaces: {} }, egress })],
    [
      'whose subject is its labels',
      cluster({ subject: { pods: { podSelector: { matchLabels: { app: 'agent' } } } }, egress }),
    ],
    ['whose subject cannot be read', cluster({ subject: { somethingNew: {} }, egress })],
    [
      'whose subject has a selector that cannot be read',
      cluster({ subject: { namespaces: { matchExpressions: [{ key: 'a', operator: 'Near' }] } }, egress }),
    ],
    ['whose rules cannot be read', cluster({ egress: 'everywhere' })],
    ['without a spec', { metadata: { name: 'one' } }],
  ])('%s', ([, policy]) => {
    expect(mayConcern(policy, pod)).toBe(true);
  });

  test.for<[string, OtherPolicyObject]>([
    ['of another namespace', inNamespace('data', { egress })],
    ['that has rules for ingress alone', cluster({ ingress: [{}] })],
    ['that denies alone', cluster({ egressDeny: egress })],
    ['that closes egress', cluster({ types: ['Egress'], egress: [] })],
    ['about nodes', cluster({ nodeSelector: {}, egress })],
    ['whose subject is another namespace', cluster({ subject: { namespaces: named('data') }, egress })],
    [
      'whose subject is pods of another namespace',
      cluster({ subject: { pods: { namespaceSelector: named('data'), podSelector: {} } }, egress }),
    ],
    [
      'whose subject is pods with other labels',
      cluster({ subject: { pods: { podSelector: { matchLabels: { app: 'db' } } } }, egress }),
    ],
  ])('and does not %s', ([, policy]) => {
    expect(mayConcern(policy, pod)).toBe(false);
  });
});
