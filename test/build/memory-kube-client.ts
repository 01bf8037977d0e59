import { PassThrough } from 'node:stream';
import type { KubeClient, WatchOptions } from '../../src/kube/kube-client.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import type { KubeResource } from '../../src/kube/kube-resource.ts';

/** A write as it was sent. */
export interface Write {
  readonly verb: 'create' | 'replace' | 'apply' | 'applyStatus' | 'patch' | 'delete';
  /** `namespaces/acme-agents`. */
  readonly what: string;
  readonly body: unknown;
  readonly options?: unknown;
}

/** A client of an API server that lists what it is given, keeps what is created and tells nobody of it. */
export interface MemoryKubeClient {
  readonly client: KubeClient;
  /** Every write, those that fail included. */
  readonly writes: Write[];
  /** Returns the error that a write ends with; null lets it pass. */
  failWith: (write: Write) => Error | null | Promise<Error | null>;
  /** Lists are answered when it resolves. */
  listing: Promise<void>;
  /** Puts an object in place of what is kept, as another client does. */
  readonly put: (what: string, object: KubeObject) => void;
  /** Sends an event to every watch of the resource. */
  readonly emit: (plural: string, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject) => void;
  readonly isClosed: () => boolean;
  /** How many watches have not been ended. */
  readonly openWatches: () => number;
}

/** `lists` has the objects of each resource by its plural name. */
export function createMemoryKubeClient(
  lists: Readonly<Record<string, readonly KubeObject[]>> = {},
): MemoryKubeClient {
  const kept = new Map<string, KubeObject>();
  const streams = new Map<PassThrough, string>();
  const state = { isClosed: false };
  const put = (what: string, object: KubeObject): void => {
    kept.set(what, { ...object, metadata: { ...object.metadata, resourceVersion: '1' } });
  };
  const write = async (entry: Write, object: KubeObject): Promise<KubeObject> => {
    memory.writes.push(entry);
    const error = await memory.failWith(entry);
    if (error !== null) throw error;
    put(entry.what, object);
    return object;
  };
  const nameOf = ({ plural }: KubeResource, { name }: { readonly name?: string }): string =>
    `${plural}/${name}`;
  const send = (verb: Write['verb']) => (resource: KubeResource, object: KubeObject) =>
    write({ verb, what: nameOf(resource, object.metadata), body: object }, object);
  const client = {
    server: 'https://127.0.0.1',
    get: (resource: KubeResource, name: { readonly name: string }) => {
      const found = kept.get(nameOf(resource, name));
      if (found !== undefined) return Promise.resolve(found);
      return Promise.reject(new KubeError('there is none', { reason: 'NotFound' }));
    },
    list: async ({ plural }: KubeResource) => {
      await memory.listing;
      return { items: [...(lists[plural] ?? [])], resourceVersion: '1' };
    },
    watch: ({ plural }: KubeResource, { signal }: WatchOptions) => {
      const stream = new PassThrough();
      streams.set(stream, plural);
      stream.once('close', () => streams.delete(stream));
      signal?.addEventListener('abort', () => stream.destroy(signal.reason as Error), { once: true });
      return Promise.resolve(stream);
    },
    create: send('create'),
    replace: send('replace'),
    apply: send('apply'),
    applyStatus: send('applyStatus'),
    patch: (resource: KubeResource, name: { readonly name: string }, body: object, options: unknown) =>
      write({ verb: 'patch', what: nameOf(resource, name), body, options }, { metadata: { ...name } }),
    delete: (resource: KubeResource, name: { readonly name: string }, options: unknown) =>
      write({ verb: 'delete', what: nameOf(resource, name), body: null, options }, { metadata: { ...name } }),
    close: () => {
      state.isClosed = true;
      return Promise.resolve();
    },
  } as unknown as KubeClient;
  const memory: MemoryKubeClient = {
    client,
    writes: [],
    failWith: () => null,
    listing: Promise.resolve(),
    put,
    isClosed: () => state.isClosed,
    openWatches: () => streams.size,
    emit: (plural, type, object) => {
      for (const [stream, resource] of streams) {
        if (resource === plural) stream.write(`${JSON.stringify({ type, object })}\n`);
      }
    },
  };
  return memory;
}
