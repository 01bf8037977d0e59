import { describe, test } from 'vitest';
import { type Attack, COMPARISONS, GOOD_ROLE, OWN, ROLE, useAttackedVault } from './attack-vault.ts';

// What somebody does who has the operator's token for Vault.
describe.for(COMPARISONS)('where Vault compares lists %s,', ([, environment]) => {
  const { expectRefused } = useAttackedVault(environment);

  describe('the operator writes no auth role but one that a sandbox may have', () => {
    const withRole = (changes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
      ...GOOD_ROLE,
      ...changes,
    });
    test.for<readonly [name: string, changes: Readonly<Record<string, unknown>>]>([
      ['another policy', { token_policies: 'admin' }],
      ['root', { token_policies: 'root' }],
      ['another policy behind its own', { token_policies: 'cloister.a,admin' }],
      ['another policy behind its own and a space', { token_policies: 'cloister.a, admin' }],
      ['another policy before its own', { token_policies: 'admin,cloister.a' }],
      ['a list of policies', { token_policies: [OWN, 'admin'] }],
      ['a list of lists of policies', { token_policies: [[OWN], ['admin']] }],
      ['a list of policies as text', { token_policies: '["cloister.a","admin"]' }],
      ['another policy by the parameter of old', { token_policies: OWN, policies: 'admin' }],
      ['another policy by the parameter of old alone', { token_policies: undefined, policies: ['admin'] }],
      ['a policy that begins alike', { token_policies: 'cloister-admin' }],
      ['the default policy beside', { token_no_default_policy: false }],
      ['every ServiceAccount', { bound_service_account_names: '*' }],
      ['every ServiceAccount that begins alike', { bound_service_account_names: 'acme-agents.*' }],
      ['every ServiceAccount that ends alike', { bound_service_account_names: '*.hermes' }],
      ['every ServiceAccount, as a list', { bound_service_account_names: ['*'] }],
      [
        'every ServiceAccount that begins alike, as a list',
        { bound_service_account_names: ['acme-agents.*'] },
      ],
      ['every ServiceAccount, as a list in a list', { bound_service_account_names: [['*']] }],
      ['a ServiceAccount that is no identity', { bound_service_account_names: 'cloister-gateway' }],
      ['two ServiceAccounts', { bound_service_account_names: 'acme-agents.hermes,default' }],
      ['every namespace', { bound_service_account_namespaces: '*' }],
      ['every system namespace', { bound_service_account_namespaces: 'cloister-t-*' }],
      ["the agents' namespace", { bound_service_account_namespaces: 'acme-agents' }],
      ["the operator's namespace", { bound_service_account_namespaces: 'cloister-system' }],
      ['two namespaces', { bound_service_account_namespaces: 'cloister-t-acme,default' }],
      ['a list of namespaces', { bound_service_account_namespaces: ['cloister-t-acme', 'default'] }],
      ['every system namespace, as a list', { bound_service_account_namespaces: ['cloister-t-*'] }],
      [
        'namespaces by their labels',
        { bound_service_account_namespace_selector: '{"matchLabels":{"a":"b"}}' },
      ],
      ['another audience', { audience: 'https://kubernetes.default.svc.cluster.local' }],
      ['a name that a later ServiceAccount can have', { alias_name_source: 'serviceaccount_name' }],
      ['tokens that cannot be revoked', { token_type: 'batch' }],
      ['tokens that live longer', { token_ttl: '901' }],
      ['tokens that live for ever', { token_ttl: '0', token_max_ttl: '0' }],
      ['tokens that are renewed for ever', { token_period: '900' }],
      ['tokens from elsewhere', { token_bound_cidrs: '0.0.0.0/0' }],
      ['a time by its name of old', { ttl: '9000' }],
    ])('%s', async ([name, changes]) => expectRefused([name, 'POST', ROLE, withRole(changes)]));

    test.for<Attack>([
      ['of its own', 'POST', 'auth/kubernetes/role/operator-cloister', GOOD_ROLE],
      ['of others', 'POST', 'auth/kubernetes/role/admin', GOOD_ROLE],
      ['that begins alike', 'POST', 'auth/kubernetes/role/cloister-admin', GOOD_ROLE],
      ['of others, through its own folder', 'POST', 'auth/kubernetes/role/cloister.x/../admin', GOOD_ROLE],
      ['at a mount that no tenant names', 'POST', `auth/other/role/${OWN}`, GOOD_ROLE],
    ])('one %s', expectRefused);
  });
});
