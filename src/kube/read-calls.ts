import type { Selection, WatchOptions } from './kube-client.ts';
import { describeRequest, type KubeResource, type ObjectName, resourcePath } from './kube-resource.ts';
import type { Call } from './transport.ts';

/** GET of one object. */
export function getCall(resource: KubeResource, name: ObjectName): Call {
  return {
    request: describeRequest('get', resource, name),
    method: 'GET',
    path: resourcePath(resource, name),
  };
}

/** One page of a list. */
export interface ListPage {
  readonly limit?: number;
  readonly continue?: string;
}

/** GET of one page of a list. */
export function listCall(resource: KubeResource, selection: Selection, page: ListPage): Call {
  const { namespace, labelSelector, fieldSelector, metadataOnly } = selection;
  return {
    request: describeRequest('list', resource, { namespace }),
    method: 'GET',
    path: resourcePath(resource, { namespace }),
    query: { labelSelector, fieldSelector, ...page },
    accept: metadataOnly === true ? partial('PartialObjectMetadataList') : undefined,
  };
}

/** GET of an event stream from a resource version on, with bookmarks so that a quiet watch can be resumed. */
export function watchCall(resource: KubeResource, options: WatchOptions): Call {
  const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds } = options;
  return {
    request: describeRequest('watch', resource, { namespace }),
    method: 'GET',
    path: resourcePath(resource, { namespace }),
    query: {
      watch: true,
      allowWatchBookmarks: true,
      labelSelector,
      fieldSelector,
      resourceVersion,
      timeoutSeconds,
    },
    accept: options.metadataOnly === true ? partial('PartialObjectMetadata') : undefined,
  };
}

// Only the metadata of each object (KEP-2334), whatever its kind.
function partial(kind: string): string {
  return `application/json;as=${kind};g=meta.k8s.io;v=v1`;
}
