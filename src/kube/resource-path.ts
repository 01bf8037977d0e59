import type { KubeResource } from './kube-resource.ts';

/** The part of a resource that a path addresses; without a name it is the whole collection. */
export interface PathTarget {
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/**
 * The request path of a collection, an object or one of its subresources.
 * Throws when a namespaced object is named without its namespace: such a request would reach another collection.
 */
export function resourcePath(resource: KubeResource, target: PathTarget): string {
  const { namespace, name, subresource } = target;
  if (resource.namespaced && name !== undefined && namespace === undefined) {
    throw new TypeError(`${resource.kind} "${name}" is namespaced: give its namespace`);
  }
  if (!resource.namespaced && namespace !== undefined) {
    throw new TypeError(`${resource.kind} is cluster-scoped: leave out the namespace "${namespace}"`);
  }
  const segments = resource.group === '' ? ['api'] : ['apis', resource.group];
  segments.push(resource.version);
  if (namespace !== undefined) segments.push('namespaces', namespace);
  segments.push(resource.plural);
  if (name !== undefined) segments.push(name);
  if (subresource !== undefined) segments.push(subresource);
  return segments.map((segment) => `/${pathSegment(segment)}`).join('');
}

// A name is data: `..` or an empty segment would change which collection the request is about.
function pathSegment(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..') {
    throw new TypeError(`"${segment}" cannot be part of an object's path: give a name`);
  }
  return encodeURIComponent(segment);
}
