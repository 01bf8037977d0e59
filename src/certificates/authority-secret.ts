import { findObject } from '../kube/find-object.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import { isKubeError } from '../kube/kube-error.ts';
import type { KubeObject, OwnerReference } from '../kube/kube-object.ts';
import type { ObjectName } from '../kube/kube-resource.ts';
import { resources } from '../kube/resources.ts';
import type { StoredVersion } from './certificate-manager.ts';
import { decodeAuthorities, encodeAuthorities, type StoredAuthorities } from './stored-authorities.ts';

/** A Secret as the API server returns it; `data` is in base64. */
export type SecretObject = KubeObject & { type?: string; data?: Record<string, string> };

/** The Secret that authorities are kept in. */
export interface AuthoritySecret {
  readonly name: ObjectName;
  readonly labels: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
}

/** Reads the authorities. Throws where the Secret cannot be read: it may belong to somebody else. */
export async function readAuthorities(client: KubeClient, name: ObjectName): Promise<StoredVersion> {
  const found = await findObject<SecretObject>(client, resources.secrets, name);
  if (found === null) return { authorities: null, version: null };
  const authorities = decodeAuthorities(found.data ?? {}, `Secret ${name.namespace}/${name.name}`);
  return { authorities, version: found.metadata.resourceVersion ?? null };
}

/** Stores authorities over `version`, null where there was no Secret. Returns false, and writes nothing, when another was first. */
export async function writeAuthorities(
  client: KubeClient,
  secret: AuthoritySecret,
  { authorities, version }: { readonly authorities: StoredAuthorities; readonly version: string | null },
): Promise<boolean> {
  const data = encodeAuthorities(authorities);
  const ownerReferences = [...secret.ownerReferences];
  try {
    if (version === null) {
      const present = Object.entries(data).filter(([, value]) => value !== null);
      await client.create<SecretObject>(resources.secrets, {
        metadata: { ...secret.name, labels: { ...secret.labels }, ownerReferences },
        type: 'Opaque',
        data: Object.fromEntries(present) as Record<string, string>,
      });
    } else {
      const change = { metadata: { ownerReferences }, data };
      await client.patch<SecretObject>(resources.secrets, secret.name, change, { resourceVersion: version });
    }
    return true;
  } catch (error) {
    const isLost =
      version === null ? isKubeError(error, 'AlreadyExists') : isKubeError(error, 'Conflict', 'NotFound');
    if (isLost) return false;
    throw error;
  }
}
