/** Where a kind is served: enough to build every request path and to name its objects in messages. */
export interface KubeResource {
  /** API group, empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** The object that a request is about; `namespace` is left out at cluster scope. */
export interface ObjectName {
  readonly namespace?: string;
  readonly name: string;
}

/** `group/version`, or only the version for the core group, as an object's `apiVersion` says it. */
export function apiVersionOf(resource: KubeResource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

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

/** A request in words, for messages: `apply Pod acme/agent-1 status`. */
export function describeRequest(verb: string, resource: KubeResource, target: PathTarget): string {
  const { namespace, name, subresource } = target;
  const place = namespace === undefined ? '' : ` in ${namespace}`;
  const object = name === undefined ? place : ` ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  return `${verb} ${resource.kind}${object}${subresource === undefined ? '' : ` ${subresource}`}`;
}
