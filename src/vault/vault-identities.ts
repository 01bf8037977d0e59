import type { DatabaseRole } from '../policy/vault/database-role.ts';
import type { PolicyHolder } from '../policy/vault/sandbox-policy.ts';
import type { IdentityOwner } from '../policy/vault/vault-identity.ts';

/** Where a tenant's identities are in Vault. */
export interface VaultPlace {
  /** Mount of the Kubernetes auth method, without slashes at its ends. */
  readonly authMount: string;
  /** Namespace of Vault Enterprise; null for the root. */
  readonly namespace: string | null;
}

/** What there must be in Vault of a sandbox. */
export interface WantedIdentity {
  readonly owner: IdentityOwner;
  readonly place: VaultPlace;
  /** The text of its ACL policy. */
  readonly policy: string;
  /** What makes its logins. If not set: nothing does. */
  readonly databaseRoles?: readonly DatabaseRole[];
  /** Mounts of database engines that may have a role of it. At one that `databaseRoles` does not name, there must be none. If not set: none. */
  readonly databaseMounts?: readonly string[];
  /** Whether nothing of it is in Vault yet: what is found there is of an earlier sandbox of the name. */
  readonly isFirst?: boolean;
  /** Called before the first write, and not where all is as it must be: what it throws ends the call. If not set: nothing is asked. */
  readonly confirm?: () => Promise<void>;
}

/** A part of an identity, in the order in which it is made. */
export type IdentityPart = 'Policy' | 'DatabaseRole' | 'AuthRole';

/** The entity that Vault made at the first login of an identity. */
export interface VaultEntity {
  readonly id: string;
  readonly disabled: boolean;
}

/**
 * The identities of sandboxes in Vault. Each call is one request or a few, is idempotent, and rejects with a VaultError. Of
 * what is not there nothing is deleted, and that is no error.
 */
export interface VaultIdentities {
  /** Who logs in as the sandbox, as its policy says; null where there is none, or it does not say it. */
  readonly findHolder: (
    owner: IdentityOwner,
    place: VaultPlace,
    signal?: AbortSignal,
  ) => Promise<PolicyHolder | null>;
  /** Writes the parts that are missing or differ, and returns them: none where all is as it must be. Two requests to look, and one for each database engine; as many to make it. The first time it rejects with a FormerIdentityError where there is another's. */
  readonly provide: (wanted: WantedIdentity, signal?: AbortSignal) => Promise<readonly IdentityPart[]>;
  /** Deletes the auth role, so that nobody can log in as the sandbox. */
  readonly removeLogin: (owner: IdentityOwner, place: VaultPlace, signal?: AbortSignal) => Promise<void>;
  /**
   * The entity of the identity's ServiceAccount, by its UID; null where it never logged in. The accessor of the auth mount is asked
   * for first, unless `accessors` has it by the name of the mount, and is added there.
   */
  readonly findEntity: (
    serviceAccountUID: string,
    place: VaultPlace,
    signal?: AbortSignal,
    accessors?: Map<string, string>,
  ) => Promise<VaultEntity | null>;
  /** From the next request on, every token of the entity is refused, and every login. */
  readonly disableEntity: (id: string, place: VaultPlace, signal?: AbortSignal) => Promise<void>;
  readonly removeEntity: (id: string, place: VaultPlace, signal?: AbortSignal) => Promise<void>;
  /**
   * Revokes every lease of the sandbox's database role in the given database mounts, and waits for it. Where a database does not do
   * it, Vault goes on trying for some minutes, and it rejects with the reason `LoginsLeft`.
   */
  readonly revokeLeases: (
    owner: IdentityOwner,
    place: VaultPlace,
    mounts: readonly string[],
    signal?: AbortSignal,
  ) => Promise<void>;
  /** Deletes the database roles, when nothing that was leased of them is left. */
  readonly removeDatabaseRoles: (
    owner: IdentityOwner,
    place: VaultPlace,
    mounts: readonly string[],
    signal?: AbortSignal,
  ) => Promise<void>;
  readonly removePolicy: (owner: IdentityOwner, place: VaultPlace, signal?: AbortSignal) => Promise<void>;
}
