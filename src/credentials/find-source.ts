import { canonicalJson } from '../lib/canonical-json.ts';
import { credentialProblem } from './credential-problem.ts';
import type { CredentialTenant, SecretStores } from './credentials.ts';
import type { Binding, CredentialCaller, CredentialProblem, SecretStore } from './secret-store.ts';

/** Where a credential of a caller is, or why it gets none. */
export type FoundSource =
  | {
      readonly store: SecretStore;
      readonly binding: Binding;
      readonly key: string;
      readonly sandboxUID: string;
    }
  | { readonly problem: CredentialProblem };

/** What a credential is read by: its binding, and in Vault also where sandboxes log in. Another key is another credential. */
export function sourceKey(binding: Binding, { vault }: Pick<CredentialTenant, 'vault'>): string {
  return canonicalJson([binding, binding.vaultKV === undefined ? null : (vault ?? null)]);
}

/** Finds where the tenant of a caller keeps a credential. `tenant` is null where its bindings are not known. */
export function findSource(
  name: string,
  caller: CredentialCaller,
  { stores, tenant }: { readonly stores: SecretStores; readonly tenant: CredentialTenant | null },
): FoundSource {
  const refuse = (reason: Parameters<typeof credentialProblem>[1], detail: string): FoundSource => ({
    problem: credentialProblem(name, reason, detail),
  });
  const { proof, sandboxUID } = caller;
  if (proof === 'Shared' || sandboxUID === null || caller.sandbox === null)
    return refuse('CredentialsWithheld', 'the secret of the caller is shared, or its pod is of no sandbox');
  if (tenant === null) return refuse('NotReady', 'what the tenant binds is not known');
  const binding = tenant.credentials.find((one) => one.name === name);
  if (binding === undefined)
    return refuse('CredentialNotBound', 'spec.credentials of the tenant has no such name');
  const found = { binding, key: sourceKey(binding, tenant), sandboxUID };
  if (binding.kubernetesSecret !== undefined) return { store: stores.kubernetesSecret, ...found };
  if (binding.vaultKV === undefined)
    return refuse('CredentialNotBound', 'it is bound to logins of a database, which no upstream takes');
  if (stores.vaultKV === null)
    return refuse(
      'CredentialStoreUnavailable',
      'it is bound to Vault, and --vault-address of this gateway is not set',
    );
  return { store: stores.vaultKV, ...found };
}
