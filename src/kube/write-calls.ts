import { isRecord } from '../lib/is-record.ts';
import type { DeleteOptions, WriteOptions } from './kube-client.ts';
import type { KubeObject } from './kube-object.ts';
import {
  apiVersionOf,
  describeRequest,
  type KubeResource,
  type ObjectName,
  resourcePath,
} from './kube-resource.ts';
import type { Call } from './transport.ts';

/** The one field manager of server-side apply, for objects and for their status. */
const FIELD_MANAGER = 'cloister';

/** POST of a new object, or of a subresource such as `token` below an object that exists. */
export function createCall(resource: KubeResource, object: KubeObject, options: WriteOptions): Call {
  const { name, namespace } = object.metadata;
  const { subresource } = options;
  const target = { namespace, name: subresource === undefined ? undefined : name, subresource };
  return {
    request: describeRequest('create', resource, { namespace, name, subresource }),
    method: 'POST',
    path: resourcePath(resource, target),
    query: writeQuery(options),
    body: subresource === undefined ? typed(resource, object) : object,
  };
}

/** PUT of a whole object. Throws without a resource version, since that would overwrite any change made in between. */
export function replaceCall(resource: KubeResource, object: KubeObject, options: WriteOptions): Call {
  const target = { ...nameOf(resource, object), subresource: options.subresource };
  const request = describeRequest('replace', resource, target);
  if (object.metadata.resourceVersion === undefined) {
    throw new TypeError(`cannot ${request}: metadata.resourceVersion is missing: read the object first`);
  }
  const path = resourcePath(resource, target);
  return { request, method: 'PUT', path, query: writeQuery(options), body: typed(resource, object) };
}

/** Server-side apply. */
export function applyCall(resource: KubeResource, object: KubeObject, options: WriteOptions): Call {
  const target = { ...nameOf(resource, object), subresource: options.subresource };
  return {
    request: describeRequest('apply', resource, target),
    method: 'PATCH',
    path: resourcePath(resource, target),
    query: { ...writeQuery(options), force: true },
    contentType: 'application/apply-patch+yaml',
    body: typed(resource, object),
  };
}

/** What a merge patch is about. */
export interface MergePatch {
  readonly name: ObjectName;
  readonly resourceVersion: string;
  readonly patch: Readonly<Record<string, unknown>>;
}

/** JSON merge patch that carries the resource version it was made for. */
export function patchCall(resource: KubeResource, merge: MergePatch, options: WriteOptions): Call {
  const target = { ...merge.name, subresource: options.subresource };
  const metadata = merge.patch['metadata'];
  const guard = { ...(isRecord(metadata) ? metadata : {}), resourceVersion: merge.resourceVersion };
  return {
    request: describeRequest('patch', resource, target),
    method: 'PATCH',
    path: resourcePath(resource, target),
    query: writeQuery(options),
    contentType: 'application/merge-patch+json',
    body: { ...merge.patch, metadata: guard },
  };
}

/** DELETE with the caller's preconditions. */
export function deleteCall(resource: KubeResource, name: ObjectName, options: DeleteOptions): Call {
  const { uid, resourceVersion, propagationPolicy = 'Background', gracePeriodSeconds, dryRun } = options;
  return {
    request: describeRequest('delete', resource, name),
    method: 'DELETE',
    path: resourcePath(resource, name),
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid, resourceVersion },
      propagationPolicy,
      gracePeriodSeconds,
      dryRun: dryRun === true ? ['All'] : undefined,
    },
  };
}

// A field that the API server would silently drop is a mistake of ours, or a CRD older than this program.
function writeQuery(options: WriteOptions): Call['query'] {
  return {
    fieldManager: FIELD_MANAGER,
    fieldValidation: 'Strict',
    dryRun: options.dryRun === true ? 'All' : undefined,
  };
}

function typed(resource: KubeResource, object: KubeObject): KubeObject {
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
}

function nameOf(resource: KubeResource, object: KubeObject): ObjectName {
  const { name, namespace } = object.metadata;
  if (name === undefined) throw new TypeError(`a ${resource.kind} without metadata.name cannot be written`);
  return { name, namespace };
}
