import { type Clock, systemClock } from '../lib/clock.ts';
import { createConnection } from './connection.ts';
import type { KubeClient } from './kube-client.ts';
import { listPages } from './list-pages.ts';
import type { KubeConfigSource } from './load-kube-config.ts';
import { getCall, watchCall } from './read-calls.ts';
import { createTransport } from './transport.ts';
import { applyCall, createCall, deleteCall, patchCall, replaceCall } from './write-calls.ts';

/** How to reach the cluster; clock and randomness are for tests. */
export interface KubeClientOptions extends KubeConfigSource {
  readonly userAgent?: string;
  readonly clock?: Clock;
  /** Answers in [0, 1). */
  readonly random?: () => number;
}

/** Creates a client. Nothing is sent yet; throws a KubeError when the kubeconfig cannot be used. */
export function createKubeClient(options: KubeClientOptions = {}): KubeClient {
  const { userAgent = 'cloister', clock = systemClock, random = Math.random } = options;
  const connection = createConnection(options);
  const { json, stream } = createTransport({ connection, clock, random, userAgent });
  return {
    server: connection.server,
    get: (resource, name, limits) => json(getCall(resource, name), limits),
    list: (resource, selection = {}, limits) => listPages({ json, stream }, resource, selection, limits),
    create: (resource, object, write = {}) => json(createCall(resource, object, write), write),
    replace: (resource, object, write = {}) => json(replaceCall(resource, object, write), write),
    apply: (resource, object, write = {}) => json(applyCall(resource, object, write), write),
    applyStatus: (resource, object, write = {}) =>
      json(applyCall(resource, object, { ...write, subresource: 'status' }), write),
    patch: (resource, name, patch, write) =>
      json(patchCall(resource, { name, patch, resourceVersion: write.resourceVersion }, write), write),
    delete: async (resource, name, remove = {}) => {
      await json(deleteCall(resource, name, remove), remove);
    },
    watch: (resource, watch) =>
      // The caller reconnects with a backoff of its own.
      stream(watchCall(resource, watch), { signal: watch.signal, deadline: 10_000, maximumAttempts: 1 }),
    close: connection.close,
  };
}
