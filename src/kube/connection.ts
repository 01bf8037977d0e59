import type { AgentOptions, RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { createDispatcherCache } from './dispatcher-cache.ts';
import { KubeError } from './kube-error.ts';
import { type KubeConfigSource, loadKubeConfig } from './load-kube-config.ts';

/** Where to send one request, and the credentials that hold at this moment. */
export interface Endpoint {
  readonly origin: string;
  /** Path in front of every API path, for servers behind a gateway; usually empty. */
  readonly prefix: string;
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
}

/** The way to one API server as one user. */
export interface Connection {
  readonly server: string;
  readonly endpoint: () => Promise<Endpoint>;
  /** Forgets cached credentials, so that a token or kubeconfig that was replaced on disk is read again. */
  readonly renew: () => void;
  readonly close: () => Promise<void>;
}

/** Opens nothing yet; throws when the kubeconfig cannot be used. */
export function createConnection(source: KubeConfigSource): Connection {
  const dispatchers = createDispatcherCache();
  let config = loadKubeConfig(source);
  return {
    server: serverOf(config).href,
    endpoint: async () => {
      const server = serverOf(config);
      const options = await credentials(config);
      return {
        origin: server.origin,
        prefix: server.pathname.replace(/\/+$/, ''),
        dispatcher: dispatchers.get(config, tlsOf(options)),
        headers: headersOf(options),
      };
    },
    renew: () => {
      config = loadKubeConfig(source);
    },
    close: dispatchers.close,
  };
}

function serverOf(config: KubeConfig): URL {
  return new URL(config.getCurrentCluster()?.server ?? '');
}

// client-node reads certificates and the token file (at most a minute old) anew each time, and runs exec plugins when
// their credential has expired: this is what keeps a rotated ServiceAccount token working.
async function credentials(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
    return options;
  } catch (cause) {
    const user = config.getCurrentUser()?.name ?? 'unknown';
    const said = cause instanceof Error ? cause.message : String(cause);
    const message = `cannot read the credentials of the kubeconfig's user "${user}": ${said}`;
    throw new KubeError(message, { reason: 'Configuration', cause });
  }
}

function tlsOf(options: RequestOptions): AgentOptions {
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
  return { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
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
