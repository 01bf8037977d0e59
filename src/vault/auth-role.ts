import {
  identityPlace,
  type IdentityOwner,
  VAULT_AUDIENCE,
  VAULT_TOKEN_SECONDS,
  vaultName,
} from '../policy/vault/vault-identity.ts';

/** What is written into the auth role of a sandbox. */
export type AuthRole = Readonly<Record<string, string | boolean>>;

/**
 * Returns the auth role with which the sandbox's identity alone logs in. Every value is a text, since the operator's own
 * policy compares them: numbers never equal those of a policy there, and a list equals no pattern.
 */
export function authRoleOf(owner: IdentityOwner): AuthRole {
  const { namespace, name } = identityPlace(owner);
  const seconds = String(VAULT_TOKEN_SECONDS);
  return {
    bound_service_account_names: name,
    bound_service_account_namespaces: namespace,
    audience: VAULT_AUDIENCE,
    alias_name_source: 'serviceaccount_uid',
    token_policies: vaultName(owner),
    token_no_default_policy: true,
    token_type: 'service',
    token_ttl: seconds,
    token_max_ttl: seconds,
    token_explicit_max_ttl: seconds,
  };
}

/** Members that Cloister leaves out, and that would let others log in, or a token live differently. */
const EMPTY = [
  'bound_service_account_namespace_selector',
  'token_bound_cidrs',
  'token_period',
  'token_num_uses',
];

/** How an auth role that was read differs from the wanted one. */
export type AuthRoleDifference =
  | 'None'
  /** To write the wanted one again makes them equal. */
  | 'Values'
  /** Something else is set. To write merges, so only to delete the role first takes it away. */
  | 'MoreThanWanted';

/**
 * Compares what Vault returns with what was written: durations come back as numbers, texts of one name as lists, and everything
 * that was left out with its default.
 */
export function compareAuthRole(
  wanted: AuthRole,
  found: Readonly<Record<string, unknown>>,
): AuthRoleDifference {
  if (EMPTY.some((name) => !isEmpty(found[name]))) return 'MoreThanWanted';
  const isEqual = Object.entries(wanted).every(([name, value]) => asWritten(found[name]) === value);
  return isEqual ? 'None' : 'Values';
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    value === 0 ||
    (Array.isArray(value) && value.length === 0)
  );
}

function asWritten(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}
