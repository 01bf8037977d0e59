import { describe, expect, test } from 'vitest';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { gatewaySecretsRole } from '../../../src/render/tenant/gateway-secrets-role.ts';

type Credentials = TenantIsolation['spec']['credentials'];

const secret = (name: string, credential = name): Credentials[number] => ({
  name: credential,
  kubernetesSecret: { name, key: 'k' },
});

const rulesFor = (credentials: Credentials) => gatewaySecretsRole('acme', credentials)[0]?.['rules'];

describe('the right of a gateway to Secrets', () => {
  test('is to get the bound ones by their names, and is given to the gateway of the tenant alone', () => {
    const [role, binding] = gatewaySecretsRole('acme', [secret('openai'), secret('github')]);
    expect(role).toMatchObject({
      kind: 'Role',
      metadata: { name: 'cloister-gateway-secrets', namespace: 'cloister-t-acme' },
      rules: [
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['github', 'openai'], verbs: ['get'] },
      ],
    });
    expect(binding).toMatchObject({
      kind: 'RoleBinding',
      metadata: { name: 'cloister-gateway-secrets', namespace: 'cloister-t-acme' },
      roleRef: { kind: 'Role', name: 'cloister-gateway-secrets' },
      subjects: [{ kind: 'ServiceAccount', name: 'cloister-gateway', namespace: 'cloister-t-acme' }],
    });
  });

  test.each<[string, Credentials]>([
    ['binds nothing', []],
    ['binds secrets of Vault', [{ name: 'a', vaultKV: { mount: 'secret', path: 'a', key: 'k' } }]],
    ["binds Cloister's own Secrets", [secret('cloister-gateway-authority'), secret('cloister-audit-key')]],
  ])('is none where the tenant %s: a rule without names would be about all', (_title, credentials) => {
    expect(rulesFor(credentials)).toEqual([]);
  });

  test('names each Secret once, in an order that does not depend on that of the bindings', () => {
    const there = rulesFor([secret('b'), secret('a'), secret('a', 'other')]);
    expect(there).toEqual(rulesFor([secret('a'), secret('b')]));
  });
});
