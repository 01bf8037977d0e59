import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/error-message.ts';
import type { Credentials, CredentialSource } from './connection.ts';
import { KubeError } from './kube-error.ts';

/** Where the kubelet mounts the files of a pod's ServiceAccount. */
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The kubelet replaces a token long before it expires. client-go reads the file once a minute too. */
const MAX_TOKEN_AGE_MILLISECONDS = 60_000;

/** The address of the API server that a pod finds in its environment; null outside a pod. */
export function serverOfPod(environment: NodeJS.ProcessEnv): URL | null {
  const host = environment['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '';
  if (host === '' || port === '') return null;
  return new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`);
}

/**
 * Authenticates as the ServiceAccount of the pod, by the token and the certificate authority in `folder`. Throws a KubeError
 * with reason `Configuration` when a file cannot be read.
 */
export async function readServiceAccount(
  server: URL,
  { folder, clock }: { readonly folder: string; readonly clock: Clock },
): Promise<CredentialSource> {
  let credentials = await readFiles(folder);
  let readTime = clock.now();
  const renew = async (): Promise<void> => {
    credentials = await readFiles(folder);
    readTime = clock.now();
  };
  return {
    server: () => server,
    credentials: async () => {
      if (clock.now() - readTime >= MAX_TOKEN_AGE_MILLISECONDS) await renew();
      return credentials;
    },
    renew,
  };
}

async function readFiles(folder: string): Promise<Credentials> {
  const [token, ca] = await Promise.all([read(folder, 'token'), read(folder, 'ca.crt')]);
  return { headers: { authorization: `Bearer ${token}` }, tls: { ca } };
}

async function read(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const advice = 'set automountServiceAccountToken to true in the pod, or pass --kubeconfig';
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const message = `cannot read the ServiceAccount's ${name}: ${errorMessage(cause)} (${advice})`;
    throw new KubeError(message, { reason: 'Configuration', cause });
  }
  // A file may end in a newline, which no header may contain.
  if (text.trim() !== '') return text.trim();
  throw new KubeError(`the ServiceAccount's ${name} is empty: ${path} (${advice})`, {
    reason: 'Configuration',
  });
}
