import type { ContextScope, Operation } from './check.ts';
import type { RolePolicy } from './role-policy.ts';
import type { TenantPolicy } from './tenant-policy.ts';

/** What is known beside the pod when it is judged. */
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
}

export interface RequestUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What an installation sets for the contract. */
export interface AdmissionConfiguration {
  /** Digests (`sha256:…`) of the start gate images that this installation trusts. */
  readonly startGateDigests: ReadonlySet<string>;
  /** The user that alone may create pods labelled `cloister.dev/sandbox`. */
  readonly operatorUser: string;
}
