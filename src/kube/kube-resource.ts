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
