/** Metadata of an object as the API server returns it; `managedFields` is removed from cached objects. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: unknown[];
}

/** A reference from a dependent object to its owner in the same namespace or at cluster scope. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** What every Kubernetes object has; narrower kinds extend it structurally. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

/** The key of an object within its kind: `namespace/name`, or `/name` at cluster scope. */
export function objectKey(name: { readonly namespace?: string; readonly name?: string }): string {
  return `${name.namespace ?? ''}/${name.name ?? ''}`;
}
