import { randomBytes } from 'node:crypto';
import { AUDIT_KEY, systemNamespaceOf } from '../../api/names.ts';
import { isManaged } from '../../api/ownership.ts';
import { findObject } from '../../kube/find-object.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError, KubeError } from '../../kube/kube-error.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { MANAGED_LABELS } from '../../render/tenant/rendered-object.ts';

type KeyData = Readonly<Record<string, string>>;
type KeySecret = KubeObject & { readonly data?: KeyData };

const KEY_BYTES = 32;
/** A key is replaced at this age. */
const ROTATION_MILLISECONDS = 30 * 86_400_000;

/**
 * Makes the key with which a tenant's gateway hashes and encrypts arguments in the audit, and replaces it when it is old. An
 * earlier key stays in a Secret of its own, which the gateway does not have: it opens what was recorded with it until
 * somebody deletes it, and that erases those arguments. Returns when to look again, in milliseconds since 1970.
 */
export async function keepAuditKey(
  tenant: string,
  client: Pick<KubeClient, 'get' | 'create' | 'patch'>,
  now: number,
): Promise<number> {
  const name = { namespace: systemNamespaceOf(tenant), name: AUDIT_KEY.secret };
  const found = await findObject<KeySecret>(client, resources.secrets, name);
  if (found === null) {
    await client.create<KubeObject>(resources.secrets, secretOf(name, newKey(now)));
    return now + ROTATION_MILLISECONDS;
  }
  if (!isManaged(found)) {
    const message = `Secret "${name.name}" in namespace "${name.namespace}" is not Cloister's; delete it`;
    throw new KubeError(message, { reason: 'Conflict' });
  }
  const id = Buffer.from(found.data?.[AUDIT_KEY.idKey] ?? '', 'base64').toString('utf8');
  const end = timeOfKey(id) + ROTATION_MILLISECONDS;
  if (end > now) return end;
  // First: what is recorded with it must stay readable, whatever ends this in between.
  if (isKeyId(id)) await retire({ ...name, name: `${name.name}-${id}` }, found.data ?? {}, client);
  const { resourceVersion = '' } = found.metadata;
  await client.patch<KubeObject>(resources.secrets, name, { data: newKey(now) }, { resourceVersion });
  return now + ROTATION_MILLISECONDS;
}

async function retire(
  name: { readonly namespace: string; readonly name: string },
  data: KeyData,
  client: Pick<KubeClient, 'create'>,
): Promise<void> {
  try {
    await client.create<KubeObject>(resources.secrets, secretOf(name, data));
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
  }
}

function secretOf(metadata: { readonly namespace: string; readonly name: string }, data: KeyData) {
  return { metadata: { ...metadata, labels: { ...MANAGED_LABELS } }, type: 'Opaque', data };
}

/** The id says when the key was made, and is part of a name. */
function newKey(now: number): KeyData {
  const id = `${Math.floor(now / 1000)}-${randomBytes(4).toString('hex')}`;
  return {
    [AUDIT_KEY.idKey]: Buffer.from(id).toString('base64'),
    [AUDIT_KEY.keyKey]: randomBytes(KEY_BYTES).toString('base64'),
  };
}

function isKeyId(id: string): boolean {
  return /^\d{1,12}-[0-9a-f]{8}$/.test(id);
}

function timeOfKey(id: string): number {
  return isKeyId(id) ? Number.parseInt(id, 10) * 1000 : -Infinity;
}
