import type { VaultMounts } from '../../policy/vault/vault-mounts.ts';
import type { VaultSettings } from '../../vault/vault-settings.ts';

/** A namespace of Vault with what tenants use there. */
export interface VaultArea {
  /** From the root; null for the root itself. */
  readonly namespace: string | null;
  readonly authMounts: readonly string[];
  readonly databaseMounts: readonly string[];
}

type Own = Pick<VaultSettings, 'namespace' | 'authMount'>;

/** Where identities may be: in the mounts that tenants name; where none names any, at the operator's own login. */
export function areasOf(mounts: readonly VaultMounts[], own: Own): readonly VaultArea[] {
  if (mounts.length === 0)
    return [{ namespace: own.namespace, authMounts: [own.authMount], databaseMounts: [] }];
  return mounts.map(({ namespace, authMounts, databaseMounts }) => ({
    namespace: fromRoot(namespace, own.namespace),
    authMounts,
    databaseMounts,
  }));
}

/** A namespace as a request names it, from one as a policy of the operator does. */
function fromRoot(namespace: string | null, own: string | null): string | null {
  if (own === null || namespace === null) return namespace ?? own;
  return `${own}/${namespace}`;
}
