import type { Readable } from 'node:stream';
import type { KubeObject } from './kube-object.ts';
import type { KubeResource, ObjectName } from './kube-resource.ts';
import type { CallLimits } from './transport.ts';

/** Which objects of a kind; without a namespace, those of all namespaces. */
export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Fetch only metadata (PartialObjectMetadata): less memory where the rest is not looked at. */
  readonly metadataOnly?: boolean;
}

/** Options of a write. */
export interface WriteOptions extends CallLimits {
  /** Everything but storing: admission and validation answer as they would. */
  readonly dryRun?: boolean;
  /** `status`, `token`, `eviction`, … */
  readonly subresource?: string;
}

/** Options of a delete; with `uid`, an object recreated under the same name is left alone (`Conflict`). */
export interface DeleteOptions extends CallLimits {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
}

/** A complete list, all pages read at one resource version. */
export interface KubeList<T> {
  readonly items: T[];
  readonly resourceVersion: string;
}

/** Where a watch begins. */
export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/**
 * The API server as Cloister uses it. Every failure is a KubeError, but for the caller's own abort, which is thrown
 * as the signal's reason. Types of answers are the caller's claim: the API server validated the object by its schema.
 */
export interface KubeClient {
  /** Base address of the API server, for messages. */
  readonly server: string;
  get<T extends KubeObject>(resource: KubeResource, name: ObjectName, limits?: CallLimits): Promise<T>;
  list<T extends KubeObject>(
    resource: KubeResource,
    selection?: Selection,
    limits?: CallLimits,
  ): Promise<KubeList<T>>;
  create<T extends KubeObject>(resource: KubeResource, object: T, options?: WriteOptions): Promise<T>;
  /** Replaces the whole object; its `metadata.resourceVersion` is required, so that no other change is lost. */
  replace<T extends KubeObject>(resource: KubeResource, object: T, options?: WriteOptions): Promise<T>;
  /** Server-side apply as field manager `cloister`, taking over fields from others (KEP-555). */
  apply<T extends KubeObject>(resource: KubeResource, object: T, options?: WriteOptions): Promise<T>;
  /** The same for the status subresource. */
  applyStatus<T extends KubeObject>(resource: KubeResource, object: T, options?: WriteOptions): Promise<T>;
  /** JSON merge patch (RFC 7386), refused with `Conflict` unless the object still has this resource version. */
  patch<T extends KubeObject>(
    resource: KubeResource,
    name: ObjectName,
    patch: Readonly<Record<string, unknown>>,
    options: WriteOptions & { readonly resourceVersion: string },
  ): Promise<T>;
  /** Asks for deletion; an object with finalizers still exists afterwards. */
  delete(resource: KubeResource, name: ObjectName, options?: DeleteOptions): Promise<void>;
  /** The raw event stream, one JSON object a line; use a watch cache unless you need the bytes. */
  watch(resource: KubeResource, options: WatchOptions): Promise<Readable>;
  /** Closes all connections; requests under way fail. */
  close(): Promise<void>;
}
