import { type Clock, systemClock } from '../lib/clock.ts';
import { createConnection, type ConnectionOptions } from './connection.ts';
import type { KubeClient } from './kube-client.ts';
import { listPages } from './list-pages.ts';
import { getCall, watchCall } from './read-calls.ts';
import { createTransport } from './transport.ts';
import { applyCall, createCall, deleteCall, patchCall, replaceCall } from './write-calls.ts';

/** How to reach the cluster. Clock, randomness, environment and folder are arguments for tests. */
export interface KubeClientOptions extends ConnectionOptions {
  readonly userAgent?: string;
  readonly clock?: Clock;
  /** Returns a number in [0, 1). */
  readonly random?: () => number;
}

/**
 * Creates a client; nothing is sent yet. Throws a KubeError with reason `Configuration` when no cluster is configured, or the
 * kubeconfig or the ServiceAccount of the pod cannot be read.
 */
export async function createKubeClient(options: KubeClientOptions = {}): Promise<KubeClient> {
  const { userAgent = 'cloister', clock = systemClock, random = Math.random } = options;
  const connection = await createConnection(options, clock);
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
      stream(watchCall(resource, watch), {
        signal: watch.signal,
        deadlineMilliseconds: 10_000,
        maxAttempts: 1,
      }),
    close: connection.close,
  };
}
