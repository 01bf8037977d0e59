import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import { resources } from '../kube/resources.ts';
import { readSecret } from '../policy/credentials/read-secret.ts';
import { credentialProblem, problemOfError } from './credential-problem.ts';
import type { Binding, SecretRead, SecretStore } from './secret-store.ts';

export interface KubernetesStoreOptions {
  readonly client: Pick<KubeClient, 'get'>;
  /** The system namespace of the tenant. */
  readonly namespace: string;
}

interface KubernetesSecret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const LIMITS = { deadlineMilliseconds: 5_000, maxAttempts: 2 } as const;

/** Reads Secrets of the tenant's system namespace by their names, each time anew. The gateway may list none. */
export function createKubernetesStore(options: KubernetesStoreOptions): SecretStore {
  return {
    read: (binding, _caller, signal) => readBoundSecret(binding, options, signal),
    forget: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** Reads what a binding names of a Secret. Rejects with the reason of the signal, and with nothing else. */
export async function readBoundSecret(
  { name: credential, kubernetesSecret }: Binding,
  { client, namespace }: KubernetesStoreOptions,
  signal: AbortSignal,
): Promise<SecretRead> {
  if (kubernetesSecret === undefined) throw new TypeError('the binding names no Secret');
  const { name } = kubernetesSecret;
  const where = `Secret "${name}" in namespace "${namespace}"`;
  try {
    const secret = await client.get<KubernetesSecret>(
      resources.secrets,
      { namespace, name },
      { ...LIMITS, signal },
    );
    const read = readSecret(decode(secret.data ?? {}), kubernetesSecret);
    if (!('problem' in read)) return read;
    const { reason, message } = read.problem;
    return { problem: credentialProblem(credential, reason, `${where}: ${message}`) };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: problemOfError(credential, error) };
  }
}

/** Values that are not UTF-8 are none: no text would be the same bytes. */
function decode(data: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decodeValue(value)]));
}

function decodeValue(base64: string): string | null {
  try {
    return new TextDecoder('utf8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return null;
  }
}
