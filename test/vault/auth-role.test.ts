import { describe, expect, test } from 'vitest';
import { authRoleOf, compareAuthRole } from '../../src/vault/auth-role.ts';

const OWNER = { tenant: 'acme', namespace: 'acme-agents', sandbox: 'one' };

/** What Vault 1.21.1 returns of the role that it was sent. */
const FOUND = {
  alias_name_source: 'serviceaccount_uid',
  audience: 'vault',
  bound_service_account_names: ['acme-agents.one'],
  bound_service_account_namespace_selector: '',
  bound_service_account_namespaces: ['cloister-t-acme'],
  token_bound_cidrs: [],
  token_explicit_max_ttl: 900,
  token_max_ttl: 900,
  token_no_default_policy: true,
  token_num_uses: 0,
  token_period: 0,
  token_policies: ['cloister.acme.acme-agents.one'],
  token_ttl: 900,
  token_type: 'service',
};

describe('the auth role of a sandbox', () => {
  test('lets in its identity alone, for a quarter of an hour, with its policy alone', () => {
    expect(authRoleOf(OWNER)).toEqual({
      bound_service_account_names: 'acme-agents.one',
      bound_service_account_namespaces: 'cloister-t-acme',
      audience: 'vault',
      alias_name_source: 'serviceaccount_uid',
      token_policies: 'cloister.acme.acme-agents.one',
      token_no_default_policy: true,
      token_type: 'service',
      token_ttl: '900',
      token_max_ttl: '900',
      token_explicit_max_ttl: '900',
    });
  });

  test('is equal to what Vault returns of it', () => {
    expect(compareAuthRole(authRoleOf(OWNER), FOUND)).toBe('None');
  });

  test('is equal whatever Vault adds that says nothing about who logs in', () => {
    expect(compareAuthRole(authRoleOf(OWNER), { ...FOUND, alias_metadata: { a: 'b' }, ttl: 900 })).toBe(
      'None',
    );
  });

  test.for(Object.keys(authRoleOf(OWNER)))('differs where %s is missing', (name) => {
    expect(compareAuthRole(authRoleOf(OWNER), { ...FOUND, [name]: undefined })).toBe('Values');
  });

  test.for([
    ['another name', { bound_service_account_names: ['*'] }],
    ['one more name', { bound_service_account_names: ['acme-agents.one', 'acme-agents.two'] }],
    ['another namespace', { bound_service_account_namespaces: ['cloister-t-other'] }],
    ['one more policy', { token_policies: ['cloister.acme.acme-agents.one', 'admin'] }],
    ['the default policy', { token_no_default_policy: false }],
    ['batch tokens', { token_type: 'batch' }],
    ['a longer life', { token_ttl: 901 }],
    ['no life', { token_explicit_max_ttl: 0 }],
    ['an alias by name', { alias_name_source: 'serviceaccount_name' }],
    ['no audience', { audience: '' }],
  ] as const)('differs by %s', ([, change]) => {
    expect(compareAuthRole(authRoleOf(OWNER), { ...FOUND, ...change })).toBe('Values');
  });

  test.for([
    { bound_service_account_namespace_selector: '{"matchLabels":{}}' },
    { token_bound_cidrs: ['10.0.0.0/8'] },
    { token_period: 86_400 },
    { token_num_uses: 1 },
  ])('has to be made anew where somebody set %j', (change) => {
    expect(compareAuthRole(authRoleOf(OWNER), { ...FOUND, ...change })).toBe('MoreThanWanted');
  });
});
