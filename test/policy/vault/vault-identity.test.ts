import { type Arbitrary, assert, property, record, stringMatching } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  identityPlace,
  type IdentityOwner,
  readVaultName,
  vaultName,
} from '../../../src/policy/vault/vault-identity.ts';

/** Names that run into one another wherever a joint is not seen. */
const label = stringMatching(/^[a-b]([-a-b]{0,6}[a-b])?$/);
const owner: Arbitrary<IdentityOwner> = record({ tenant: label, namespace: label, sandbox: label });
const isSame = (one: IdentityOwner, other: IdentityOwner): boolean =>
  one.tenant === other.tenant && one.namespace === other.namespace && one.sandbox === other.sandbox;

/** What a glob of Vault matches: `*` at its end alone. */
const matches = (glob: string, name: string): boolean => name.startsWith(glob.slice(0, -1));

describe('names in Vault', () => {
  test('differ wherever their owners do', () => {
    assert(
      property(owner, owner, (one, other) => {
        expect(vaultName(one) === vaultName(other)).toBe(isSame(one, other));
      }),
    );
  });

  test('say whose they are', () => {
    assert(
      property(owner, (one) => {
        expect(readVaultName(vaultName(one))).toEqual(one);
      }),
    );
  });

  test('of one tenant are never matched by what covers another', () => {
    assert(
      property(owner, owner, (one, other) => {
        expect(matches(`cloister.${one.tenant}.*`, vaultName(other))).toBe(one.tenant === other.tenant);
      }),
    );
  });

  test('are in lower case, which Vault makes of them anyway, and no path', () => {
    assert(
      property(owner, (one) => {
        expect(vaultName(one)).toMatch(/^[a-z0-9.-]+$/);
      }),
    );
  });

  test.for([
    ['acme', 'a-agents', 'one', 'acme-a', 'agents', 'one'],
    ['acme', 'agents', 'one-two', 'acme', 'agents-one', 'two'],
    ['a', 'a-a', 'a', 'a-a', 'a', 'a'],
  ] as const)('keep %s, %s, %s and %s, %s, %s apart', ([tenant, namespace, sandbox, ...rest]) => {
    const [otherTenant, otherNamespace, otherSandbox] = rest;
    const one = { tenant, namespace, sandbox };
    const other = { tenant: otherTenant, namespace: otherNamespace, sandbox: otherSandbox };
    expect(vaultName(one)).not.toBe(vaultName(other));
    expect(identityPlace(one)).not.toEqual(identityPlace(other));
  });

  test.for([
    'cloister',
    'cloister.',
    'cloister.a',
    'cloister.a.b',
    'cloister.a.b.c.d',
    'cloister..b.c',
    'operator-cloister',
    'cloister-a.b.c',
  ])('are not read from %j', (name) => {
    expect(readVaultName(name)).toBe(null);
  });
});

test('two identities have the same ServiceAccount only where they are one', () => {
  assert(
    property(owner, owner, (one, other) => {
      const [a, b] = [identityPlace(one), identityPlace(other)];
      expect(a.namespace === b.namespace && a.name === b.name).toBe(isSame(one, other));
    }),
  );
});
