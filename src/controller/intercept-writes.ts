import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeResource } from '../kube/kube-resource.ts';
import type { CallLimits } from '../kube/transport.ts';

export type WriteVerb = 'create' | 'replace' | 'apply' | 'applyStatus' | 'patch' | 'delete';

/** A write that a client was asked for. */
export interface InterceptedWrite {
  readonly verb: WriteVerb;
  readonly resource: KubeResource;
  /** The limits that the caller set. */
  readonly limits: CallLimits;
}

/** Sends a write, or does not. Limits given to `send` replace those of the caller, one by one. */
export type WriteInterceptor = <T>(
  write: InterceptedWrite,
  send: (limits?: CallLimits) => Promise<T>,
) => Promise<T>;

/** A client whose every write goes through `intercept`; reads are those of the client it is made from. */
export function interceptWrites(client: KubeClient, intercept: WriteInterceptor): KubeClient {
  return {
    server: client.server,
    get: (resource, name, limits) => client.get(resource, name, limits),
    list: (resource, selection, limits) => client.list(resource, selection, limits),
    watch: (resource, options) => client.watch(resource, options),
    close: () => client.close(),
    create: (resource, object, options = {}) =>
      intercept({ verb: 'create', resource, limits: options }, (limits) =>
        client.create(resource, object, { ...options, ...limits }),
      ),
    replace: (resource, object, options = {}) =>
      intercept({ verb: 'replace', resource, limits: options }, (limits) =>
        client.replace(resource, object, { ...options, ...limits }),
      ),
    apply: (resource, object, options = {}) =>
      intercept({ verb: 'apply', resource, limits: options }, (limits) =>
        client.apply(resource, object, { ...options, ...limits }),
      ),
    applyStatus: (resource, object, options = {}) =>
      intercept({ verb: 'applyStatus', resource, limits: options }, (limits) =>
        client.applyStatus(resource, object, { ...options, ...limits }),
      ),
    patch: (resource, name, patch, options) =>
      intercept({ verb: 'patch', resource, limits: options }, (limits) =>
        client.patch(resource, name, patch, { ...options, ...limits }),
      ),
    delete: (resource, name, options = {}) =>
      intercept({ verb: 'delete', resource, limits: options }, (limits) =>
        client.delete(resource, name, { ...options, ...limits }),
      ),
  };
}
