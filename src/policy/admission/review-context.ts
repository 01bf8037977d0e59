import type { PodMetadata } from '../pod/pod.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import type { TenantPolicy } from '../tenants/tenant-policy.ts';

/** What is happening to the pod. Adding an ephemeral container and resizing are updates. */
export type Operation = 'Create' | 'Update';

/** How much of the world a check needs to know: nothing but the pod, its role, or its role and tenant. */
export type ContextScope = 'None' | 'Role' | 'Tenant';

/** What is known beside the pod when it is evaluated. */
export interface ReviewContext {
  /** How much is known: checks that need more are not asked. */
  readonly scope: ContextScope;
  readonly operation: Operation;
  /** The namespace the pod is or will be in; a template's own may be absent. */
  readonly namespace: string;
  /** Who asks; null where nobody does (a manifest in a file). */
  readonly user: RequestUser | null;
  /** The role that the pod names, where it exists. */
  readonly role: RolePolicy | null;
  /** The tenant that the namespace belongs to, where it exists. */
  readonly tenant: TenantPolicy | null;
  readonly configuration: AdmissionConfiguration;
  /** The metadata that the pod had before an update; not set where it is not known. */
  readonly before?: PodMetadata | undefined;
}

export interface RequestUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What an installation sets for the contract. */
export interface AdmissionConfiguration {
  /** Digests (`sha256:…`) of the start gate images that this installation trusts: few, and faster to search than a set. */
  readonly startGateDigests: readonly string[];
  /** The user that alone may create pods labelled `cloister.dev/sandbox`. */
  readonly operatorUser: string;
}
