import { randomBytes } from 'node:crypto';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { PROXY_SECRET } from '../../api/names.ts';
import { isManaged, isOwnedBy } from '../../api/ownership.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError, KubeError } from '../../kube/kube-error.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { Secret } from '../../lib/secret.ts';
import { sandboxProxySecret, sandboxProxySecretName } from '../../render/sandbox/proxy-secret.ts';
import { deleteManagedSecret } from '../managed-secret.ts';

const SECRET_BYTES = 32;

/** The API server, as far as proxy Secrets need it. There is no right to list them. */
export type SecretClient = Pick<KubeClient, 'create' | 'get' | 'delete'>;

type KubeSecret = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/**
 * Makes the proxy Secret of a sandbox where there is none. One of an earlier sandbox of the name is made anew, because what
 * it says would outlive its sandbox; so is one without its key. Throws for a Secret that is not Cloister's.
 */
export async function ensureProxySecret(sandbox: AgentSandbox, client: SecretClient): Promise<void> {
  if (await create(sandbox, client)) return;
  const name = nameOf(sandbox);
  const found = await client.get<KubeSecret>(resources.secrets, name);
  if (!isManaged(found)) {
    const message = `Secret "${name.name}" in namespace "${name.namespace}" is not Cloister's; delete it`;
    throw new KubeError(message, { reason: 'Conflict' });
  }
  if (isOwnedBy(found, sandbox.metadata.uid) && found.data?.[PROXY_SECRET.key]) return;
  await client.delete(resources.secrets, name, { uid: found.metadata.uid });
  await create(sandbox, client);
}

/** Takes the proxy Secret of a sandbox away. One that is not Cloister's stays. */
export async function deleteProxySecret(
  sandbox: AgentSandbox,
  client: Pick<SecretClient, 'get' | 'delete'>,
): Promise<void> {
  await deleteManagedSecret(nameOf(sandbox), client);
}

async function create(sandbox: AgentSandbox, client: SecretClient): Promise<boolean> {
  const value = new Secret(randomBytes(SECRET_BYTES).toString('base64url'));
  try {
    await client.create<KubeObject>(resources.secrets, sandboxProxySecret(sandbox, value));
    return true;
  } catch (error) {
    if (isKubeError(error, 'AlreadyExists')) return false;
    throw error;
  }
}

function nameOf({ metadata }: AgentSandbox): { readonly namespace: string; readonly name: string } {
  return { namespace: metadata.namespace ?? '', name: sandboxProxySecretName(metadata.name) };
}
