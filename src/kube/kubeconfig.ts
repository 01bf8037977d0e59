import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { delimiter, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { errorMessage } from '../lib/error-message.ts';
import type { Credentials, CredentialSource, TlsOptions } from './connection.ts';
import { KubeError } from './kube-error.ts';

/** The kubeconfig files that the environment names: those of $KUBECONFIG, or ~/.kube/config where there is one. */
export function findKubeconfigs(environment: NodeJS.ProcessEnv): readonly string[] {
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (named.length > 0) return named;
  const file = join(environment['HOME'] ?? '', '.kube', 'config');
  return environment['HOME'] !== undefined && existsSync(file) ? [file] : [];
}

/**
 * Authenticates as the current user of kubeconfig files. Throws a KubeError with reason `Configuration` when they cannot be
 * read or have no cluster.
 */
export async function readKubeconfig(files: readonly string[]): Promise<CredentialSource> {
  let config = await loadKubeconfig(files);
  return {
    server: () => new URL(config.getCurrentCluster()?.server ?? ''),
    credentials: () => credentialsOf(config),
    renew: async () => {
      config = await loadKubeconfig(files);
    },
  };
}

/** Reads kubeconfig files as one. Throws a KubeError with reason `Configuration`. */
export async function loadKubeconfig(files: readonly string[]): Promise<KubeConfig> {
  // Imported only here: the package holds a client and the models of every API of Kubernetes, which a pod does not need.
  const client = await import('@kubernetes/client-node');
  const config = new client.KubeConfig();
  for (const file of files) {
    try {
      const read = new client.KubeConfig();
      read.loadFromFile(file);
      config.mergeConfig(read);
    } catch (cause) {
      const said = errorMessage(cause);
      throw new KubeError(
        `cannot read the kubeconfig ${file}: ${said}. Correct --kubeconfig, or $KUBECONFIG`,
        { reason: 'Configuration', cause },
      );
    }
  }
  if (config.getCurrentCluster()?.server === undefined) {
    const context = config.getCurrentContext();
    const message = `${files.join(delimiter)} has no cluster for the context "${context}": set current-context to one that has`;
    throw new KubeError(message, { reason: 'Configuration' });
  }
  return config;
}

// client-node reads files of certificates and tokens (at most a minute old) and runs exec plugins whose credential has
// expired, so this is called for every request.
async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    const user = config.getCurrentUser()?.name ?? 'unknown';
    const said = errorMessage(cause);
    const message = `cannot read the credentials of the kubeconfig's user "${user}": ${said}`;
    throw new KubeError(message, { reason: 'Configuration', cause });
  }
  const proxy = config.getCurrentCluster()?.proxyUrl;
  if (proxy?.startsWith('socks') === true) {
    const message = `the proxy-url ${proxy} is a SOCKS proxy: use an HTTP proxy`;
    throw new KubeError(message, { reason: 'Configuration' });
  }
  return { headers: headersOf(options), tls: tlsOf(options), proxy };
}

function tlsOf(options: RequestOptions): TlsOptions {
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
  const all = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // A token file may end in a newline, which no header may contain.
    if (value !== undefined) headers[name.toLowerCase()] = String(value).trim();
  }
  if (typeof options.auth === 'string') {
    headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  return headers;
}
