import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { Clock } from '../lib/clock.ts';
import { KubeError } from './kube-error.ts';
import { findKubeconfigs, readKubeconfig } from './kubeconfig.ts';
import { createResettingConnector } from './resetting-connector.ts';
import { readServiceAccount, SERVICE_ACCOUNT_FOLDER, serverOfPod } from './service-account.ts';

/** Which cluster to connect to, and as which user. */
export interface ConnectionOptions {
  /** A kubeconfig file. Without it: $KUBECONFIG, ~/.kube/config, then the ServiceAccount of the pod. */
  readonly kubeconfig?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Where the files of the pod's ServiceAccount are. */
  readonly serviceAccountFolder?: string;
}

/** The part of TLS that differs from cluster to cluster. */
export type TlsOptions = Pick<
  TlsConnectionOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>;

/** What a request to an API server is authenticated with. */
export interface Credentials {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  /** URL of the HTTP proxy in front of the API server. */
  readonly proxy?: string;
}

/** An API server, and where the credentials for it are read. */
export interface CredentialSource {
  readonly server: () => URL;
  /** The credentials that hold at this moment. Throws a KubeError with reason `Configuration`. */
  readonly credentials: () => Promise<Credentials>;
  /** Reads everything again, because the API server rejected what was read before. */
  readonly renew: () => Promise<void>;
}

/** Where to send one request, and the credentials that hold at this moment. */
export interface Endpoint {
  readonly origin: string;
  /** Path in front of every API path, for servers behind a gateway; usually empty. */
  readonly prefix: string;
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
}

/** The connection to one API server as one user. */
export interface Connection {
  readonly server: string;
  readonly endpoint: () => Promise<Endpoint>;
  /** Reads the credentials again, in case a token or kubeconfig was replaced on disk. */
  readonly renew: () => Promise<void>;
  readonly close: () => Promise<void>;
}

// Our own deadlines and the watchdog end requests; undici's would cut a quiet watch after five minutes.
// One connection a request (no HTTP/2): a half-open connection must not take every watch down with it.
const POOL = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000, allowH2: false };

/** Reads where the cluster is and connects to nothing yet. Throws a KubeError with reason `Configuration`. */
export async function createConnection(options: ConnectionOptions, clock: Clock): Promise<Connection> {
  const source = await findCredentials(options, clock);
  const pool = createPool();
  return {
    server: source.server().href,
    endpoint: async () => {
      const credentials = await source.credentials();
      const server = source.server();
      return {
        origin: server.origin,
        prefix: server.pathname.replace(/\/+$/, ''),
        dispatcher: pool.dispatcher(credentials),
        headers: credentials.headers,
      };
    },
    renew: source.renew,
    close: pool.close,
  };
}

async function findCredentials(options: ConnectionOptions, clock: Clock): Promise<CredentialSource> {
  const { kubeconfig, environment = process.env, serviceAccountFolder = SERVICE_ACCOUNT_FOLDER } = options;
  const files = kubeconfig === undefined ? findKubeconfigs(environment) : [kubeconfig];
  if (files.length > 0) return readKubeconfig(files);
  const server = serverOfPod(environment);
  if (server !== null) return readServiceAccount(server, { folder: serviceAccountFolder, clock });
  const message =
    'no cluster is configured: pass --kubeconfig, set KUBECONFIG, or run in a pod, where KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are set';
  throw new KubeError(message, { reason: 'Configuration' });
}

interface Pool {
  readonly dispatcher: (credentials: Credentials) => Dispatcher;
  readonly close: () => Promise<void>;
}

/** Keeps its connections until the certificates or the proxy change: a TLS handshake for every request costs too much. */
function createPool(): Pool {
  let current: { readonly key: unknown; readonly dispatcher: Dispatcher } | undefined;
  return {
    dispatcher: ({ tls, proxy }) => {
      const key = { tls, proxy };
      if (current !== undefined && isDeepStrictEqual(current.key, key)) return current.dispatcher;
      const previous = current?.dispatcher;
      current = { key, dispatcher: createDispatcher(tls, proxy) };
      // Requests under way, watches included, end on the old connections in their own time.
      previous?.close().catch(() => undefined);
      return current.dispatcher;
    },
    close: async () => {
      await current?.dispatcher.destroy();
    },
  };
}

function createDispatcher(tls: Credentials['tls'], proxy: string | undefined): Dispatcher {
  if (proxy !== undefined) return new ProxyAgent({ ...POOL, uri: proxy, requestTls: tls });
  // Load balancers drop a connection that is silent for 60 s, which is when undici would send its first probe.
  const connect = { ...tls, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 };
  return new Agent({ ...POOL, connect: createResettingConnector({ ...connect, allowH2: false }) });
}
