import { randomBytes } from 'node:crypto';
import { PROXY_SECRET } from '../../api/names.ts';
import { isManaged } from '../../api/ownership.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { findObject } from '../../kube/find-object.ts';
import { resources } from '../../kube/resources.ts';
import { sha256 } from '../../lib/sha256.ts';
import { Secret } from '../../lib/secret.ts';
import { roleProxySecret, roleProxySecretName } from '../../render/tenant/role-proxy-secret.ts';
import { deleteManagedSecret } from '../managed-secret.ts';

const SECRET_BYTES = 32;

/** The API server, as far as proxy Secrets need it. There is no right to list them. */
export type SecretClient = Pick<KubeClient, 'create' | 'get' | 'delete'>;

/** Whose Secret it is: all governed pods of a namespace and role share one, where they belong to no sandbox. */
export interface RoleInNamespace {
  readonly namespace: string;
  readonly role: string;
}

type KubeSecret = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/**
 * Makes the proxy Secret of a role in a namespace where there is none, and returns the hash of what is in it. One that is
 * there stays as it is: pods have read it. Throws for a Secret that is not Cloister's.
 */
export async function ensureRoleSecret(place: RoleInNamespace, client: SecretClient): Promise<string> {
  const name = nameOf(place);
  const found = await findObject<KubeSecret>(client, resources.secrets, name);
  if (found !== null) {
    if (!isManaged(found)) {
      throw new Error(`Secret "${name.name}" in namespace "${name.namespace}" is not Cloister's; delete it`);
    }
    const hash = hashOfSecret(found);
    if (hash !== null) return hash;
    await client.delete(resources.secrets, name, { uid: found.metadata.uid });
  }
  const value = new Secret(randomBytes(SECRET_BYTES).toString('base64url'));
  await client.create<KubeObject>(resources.secrets, roleProxySecret(place, value));
  return sha256(value.reveal());
}

/** Takes the proxy Secret of a role in a namespace away. */
export async function deleteRoleSecret(
  place: RoleInNamespace,
  client: Pick<SecretClient, 'get' | 'delete'>,
): Promise<void> {
  await deleteManagedSecret(nameOf(place), client);
}

/** The hash of a proxy secret; null where there is none in the Secret. */
export function hashOfSecret({ data }: KubeSecret): string | null {
  const encoded = data?.[PROXY_SECRET.key];
  if (!encoded) return null;
  const value = new Secret(Buffer.from(encoded, 'base64').toString('utf8'));
  return sha256(value.reveal());
}

function nameOf({ namespace, role }: RoleInNamespace): { readonly namespace: string; readonly name: string } {
  return { namespace, name: roleProxySecretName(role) };
}
