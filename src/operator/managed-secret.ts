import { isManaged } from '../api/ownership.ts';
import { findObject } from '../kube/find-object.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import { isKubeError } from '../kube/kube-error.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import type { ObjectName } from '../kube/kube-resource.ts';
import { resources } from '../kube/resources.ts';

/** Deletes the Secret of that name. One that is not Cloister's stays. */
export async function deleteManagedSecret(
  name: ObjectName,
  client: Pick<KubeClient, 'get' | 'delete'>,
): Promise<void> {
  const found = await findObject<KubeObject>(client, resources.secrets, name);
  if (found !== null && isManaged(found)) await deleteSecret(name, found, client);
}

/** Deletes the Secret that was found. There is no cache of Secrets, so that another one of the name is a conflict that is thrown. */
export async function deleteSecret(
  name: ObjectName,
  { metadata: { uid } }: KubeObject,
  client: Pick<KubeClient, 'delete'>,
): Promise<void> {
  try {
    await client.delete(resources.secrets, name, { uid });
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
}
