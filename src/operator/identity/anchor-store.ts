import { ANNOTATION } from '../../api/names.ts';
import { isManaged } from '../../api/ownership.ts';
import { findObject } from '../../kube/find-object.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError, KubeError } from '../../kube/kube-error.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { type IdentityOwner, identityPlace } from '../../policy/vault/vault-identity.ts';
import { anchorSecret } from '../../render/tenant/sandbox-identity.ts';
import { deleteManagedSecret, deleteSecret } from '../managed-secret.ts';

/** The API server, as far as anchors need it. There is no right to list Secrets. */
export type AnchorClient = Pick<KubeClient, 'create' | 'get' | 'delete'>;

/** Of which sandbox and pod an anchor is. */
export interface AnchorHolder {
  readonly sandboxUID: string;
  readonly podUID: string;
}

/**
 * Makes the anchor of an identity where there is none. One of an earlier pod is made anew, by which every token that was bound
 * to it ends. Throws for a Secret that is not Cloister's.
 */
export async function ensureAnchor(
  owner: IdentityOwner,
  holder: AnchorHolder,
  client: AnchorClient,
): Promise<void> {
  const { apiVersion: _version, kind: _kind, ...secret } = anchorSecret(owner, holder);
  const place = identityPlace(owner);
  const found = await findObject<KubeObject>(client, resources.secrets, place);
  if (found !== null) {
    if (!isManaged(found)) {
      const message = `Secret "${place.name}" in namespace "${place.namespace}" is not Cloister's; delete it`;
      throw new KubeError(message, { reason: 'Conflict' });
    }
    const { annotations } = found.metadata;
    const isOwn =
      annotations?.[ANNOTATION.podUID] === holder.podUID &&
      annotations[ANNOTATION.sandboxUID] === holder.sandboxUID;
    if (isOwn) return;
    await deleteSecret(place, found, client);
  }
  await client.create<KubeObject>(resources.secrets, secret);
}

/**
 * Takes the anchor of an identity away, by which every token of it ends. One that is not Cloister's stays, and so does one to
 * which the operator has no right: its system namespace is going or gone, and the right went with it.
 */
export async function deleteAnchor(
  owner: IdentityOwner,
  client: Pick<AnchorClient, 'get' | 'delete'>,
): Promise<void> {
  try {
    await deleteManagedSecret(identityPlace(owner), client);
  } catch (error) {
    if (!isKubeError(error, 'Forbidden')) throw error;
  }
}
