import { ANNOTATION } from '../../api/names.ts';
import { isManaged } from '../../api/ownership.ts';
import { findListed } from '../../kube/find-object.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError, KubeError } from '../../kube/kube-error.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { unlessGone } from '../../kube/unless-gone.ts';
import { type IdentityOwner, identityPlace } from '../../policy/vault/vault-identity.ts';
import { identityServiceAccount } from '../../render/tenant/sandbox-identity.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { IdentityAccount } from './decide-identity.ts';

/** Where ServiceAccounts are found. */
export interface AccountSource {
  readonly client: KubeClient;
  readonly caches: Pick<OperatorCaches, 'serviceAccounts'>;
}

/**
 * The ServiceAccount of an identity. The cache of ServiceAccounts and the one of sandboxes do not hear of everything at the same
 * moment, so one that is not the expected is asked for: another would cost the sandbox its identity.
 */
export async function findAccount(
  owner: IdentityOwner,
  expectedUID: string | undefined,
  { client, caches }: AccountSource,
  signal: AbortSignal,
): Promise<IdentityAccount | undefined> {
  const { namespace, name } = identityPlace(owner);
  const cached = caches.serviceAccounts.get(namespace, name);
  if (cached?.metadata.uid === expectedUID) return accountOf(cached);
  return accountOf(await findListed(client, resources.serviceAccounts, { namespace, name }, { signal }));
}

/** Makes the ServiceAccount of an identity. Where there is one already, that is returned. */
export async function createAccount(
  owner: IdentityOwner,
  sandboxUID: string,
  source: AccountSource,
  signal: AbortSignal,
): Promise<IdentityAccount> {
  const { apiVersion: _version, kind: _kind, ...account } = identityServiceAccount(owner, sandboxUID);
  try {
    const { metadata } = await source.client.create<KubeObject>(resources.serviceAccounts, account, {
      signal,
    });
    return { uid: metadata.uid ?? '', sandboxUID };
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
    const found = await findAccount(owner, '', source, signal);
    if (found !== undefined) return found;
    throw error;
  }
}

/** Deletes the ServiceAccount of that UID, by which the API server refuses its tokens. */
export async function deleteAccount(
  owner: IdentityOwner,
  uid: string,
  client: Pick<KubeClient, 'delete'>,
): Promise<void> {
  await unlessGone(client.delete(resources.serviceAccounts, identityPlace(owner), { uid }));
}

function accountOf(found: KubeObject | undefined): IdentityAccount | undefined {
  if (found === undefined) return undefined;
  const { name = '', namespace = '', uid = '', annotations } = found.metadata;
  if (!isManaged(found)) {
    const message = `ServiceAccount "${name}" in namespace "${namespace}" is not Cloister's; delete it`;
    throw new KubeError(message, { reason: 'Conflict' });
  }
  return { uid, sandboxUID: annotations?.[ANNOTATION.sandboxUID] };
}
