import type { AgentOptions } from 'node:https';
import { isDeepStrictEqual } from 'node:util';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { KubeError } from './kube-error.ts';

/** Keeps one connection pool and makes a new one only when the certificates it was made with have changed. */
export interface DispatcherCache {
  readonly get: (config: KubeConfig, tls: AgentOptions) => Dispatcher;
  readonly close: () => Promise<void>;
}

// Our own deadlines and the watchdog end requests; undici's would cut a quiet watch after five minutes.
// One connection a request (no HTTP/2): a half-open connection must not take every watch down with it.
const poolOptions = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000, allowH2: false };

/**
 * Creates the cache. client-node's own `applySecurityAuthentication` makes a new pool for every request, which costs
 * a TLS handshake and a file descriptor each time.
 */
export function createDispatcherCache(): DispatcherCache {
  let current: { readonly tls: AgentOptions; readonly dispatcher: Dispatcher } | undefined;
  return {
    get: (config, tls) => {
      if (current !== undefined && isDeepStrictEqual(current.tls, tls)) return current.dispatcher;
      const previous = current?.dispatcher;
      current = { tls, dispatcher: createDispatcher(config, tls) };
      // Requests under way, watches included, end on the old pool in their own time.
      previous?.close().catch(() => undefined);
      return current.dispatcher;
    },
    close: async () => {
      await current?.dispatcher.destroy();
    },
  };
}

function createDispatcher(config: KubeConfig, tls: AgentOptions): Dispatcher {
  const options = config.createDispatcherOptions(config.getCurrentCluster(), tls);
  switch (options.type) {
    case 'none':
      return new Agent(poolOptions);
    case 'agent':
      return new Agent({ ...poolOptions, connect: { ...options.connect, timeout: 10_000 } });
    case 'proxy':
      return new ProxyAgent({ ...poolOptions, uri: options.uri, requestTls: options.requestTls });
    case 'socks':
    default:
      throw new KubeError(`the proxy-url ${options.uri} is a SOCKS proxy: use an HTTP proxy`, {
        reason: 'Configuration',
      });
  }
}
