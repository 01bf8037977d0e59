import { beforeAll, expect } from 'vitest';
import type { BoundVault } from '../testbed/vault/bind-vault.ts';
import { type CallVault, mustSucceed } from '../testbed/vault/call-vault.ts';
import { useVault } from '../testbed/vault/use-vault.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';

/** The name of the sandbox that the operator makes an identity for. */
export const OWN = 'cloister.acme.acme-agents.hermes';

/** Where its auth role is, and what Cloister writes there. */
export const ROLE = `auth/kubernetes/role/${OWN}`;
export const GOOD_ROLE = {
  bound_service_account_names: 'acme-agents.hermes',
  bound_service_account_namespaces: 'cloister-t-acme',
  audience: 'vault',
  alias_name_source: 'serviceaccount_uid',
  token_policies: OWN,
  token_no_default_policy: true,
  token_type: 'service',
  token_ttl: '900',
  token_max_ttl: '900',
  token_explicit_max_ttl: '900',
};

/** A policy that allows everything, and one that allows little. */
export const ADMIN = {
  policy: 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }',
};
export const EMPTY = { policy: '# Written by Cloister\npath "secret/data/a" { capabilities = ["read"] }' };

/** One request, of which nothing may come. */
export type Attack = readonly [
  name: string,
  method: string,
  path: string,
  body?: Readonly<Record<string, unknown>>,
];

/** Lists are compared by their elements, or as a whole: so it is in older versions, and where Vault is set so. */
export const COMPARISONS = [
  ['by their elements', {}],
  ['as a whole', { VAULT_LEGACY_EXACT_MATCHING_ON_LIST: 'true' }],
] as const;

/** A Vault with policies, auth roles and secrets that are not Cloister's, and who has the operator's token for it. */
export interface AttackedVault {
  readonly vault: BoundVault;
  readonly operator: CallVault;
  readonly expectRefused: (attack: Attack) => Promise<void>;
}

/** Starts a Vault for the tests of a `describe`. */
export function useAttackedVault(environment: Readonly<Record<string, string>>): AttackedVault {
  const controlPlane = useControlPlane();
  const vault = useVault(() => controlPlane, { environment });
  let token: CallVault;
  const operator: CallVault = (...call) => token(...call);
  beforeAll(async () => {
    token = await vault.asOperator();
    await mustSucceed('a policy', vault.root('PUT', 'sys/policies/acl/admin', ADMIN));
    const role = { ...GOOD_ROLE, bound_service_account_names: 'admin', token_policies: 'admin' };
    await mustSucceed('an auth role', vault.root('POST', 'auth/kubernetes/role/admin', role));
    await mustSucceed('a secret', vault.root('POST', 'secret/data/acme/openai', { data: { key: 'hidden' } }));
  });

  /** The policies, and the auth roles, with what they say. */
  async function everything(): Promise<unknown> {
    const read = async (folder: string): Promise<unknown> => {
      const { keys = [] } = (await vault.root('LIST', folder)).data as { readonly keys?: readonly string[] };
      return Promise.all(keys.map(async (key) => [key, (await vault.root('GET', `${folder}/${key}`)).data]));
    };
    return Promise.all([read('sys/policies/acl'), read('auth/kubernetes/role')]);
  }

  /** Whatever it is refused with: nothing that Vault holds is another afterwards. */
  async function expectRefused([, method, path, body]: Attack): Promise<void> {
    const before = await everything();
    const response = await operator(method, path, body);
    expect(response.status, JSON.stringify(response.body)).toBeGreaterThanOrEqual(300);
    expect(response.data).toEqual({});
    expect(await everything()).toEqual(before);
  }

  return { vault, operator, expectRefused };
}
