import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { VAULT_FINALIZER } from '../../api/names.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import type { DatabaseRole } from '../../policy/vault/database-role.ts';
import { type IdentityOwner, readVaultName, vaultName } from '../../policy/vault/vault-identity.ts';
import type { VaultPlace } from '../../vault/vault-identities.ts';

type Status = NonNullable<AgentSandbox['status']>;

/** What there must be of a sandbox in Vault. */
export interface WantedByRole {
  readonly owner: IdentityOwner;
  readonly place: VaultPlace;
  readonly policy: string;
  /** What makes its logins: none while the isolation of the tenant's rows is not proven. */
  readonly databaseRoles: readonly DatabaseRole[];
  /** Mounts of database engines that the tenant binds. */
  readonly databaseMounts: readonly string[];
}

/** The ServiceAccount under the name of an identity. */
export interface IdentityAccount {
  readonly uid: string;
  /** Of the sandbox that it was made for; undefined where it says none. */
  readonly sandboxUID: string | undefined;
}

/** What the status has recorded of an identity in Vault. */
export interface IdentityRecord {
  readonly owner: IdentityOwner;
  readonly place: VaultPlace;
  readonly serviceAccountUID: string;
  readonly databaseMounts: readonly string[];
  readonly policyHash: string | undefined;
  readonly podUID: string | undefined;
}

/** A sandbox and its identity, as one reconciliation sees them. */
export interface IdentityWorld {
  readonly sandbox: AgentSandbox;
  /** Null where the sandbox must have none. */
  readonly wanted: WantedByRole | null;
  /** As the API server has it; undefined where there is none. */
  readonly account: IdentityAccount | undefined;
}

/**
 * What to do. `Begin`: what may come into being is recorded, and nothing is in Vault yet. `Provide`: Vault is made to be as
 * wanted. `Remove`: everything is taken away. `Finish`: nothing is in Vault, and the finalizer goes. `Adopt`: what is left of
 * an earlier sandbox of the name is recorded, so that it is removed.
 */
export type IdentityDecision =
  | { readonly action: 'None' | 'Finish' }
  | { readonly action: 'Begin'; readonly wanted: WantedByRole }
  | { readonly action: 'Adopt'; readonly record: IdentityRecord }
  | { readonly action: 'Provide'; readonly wanted: WantedByRole; readonly record: IdentityRecord }
  | { readonly action: 'Remove'; readonly record: IdentityRecord };

/** Decides what to do about the identity of a sandbox. */
export function decideIdentity(world: IdentityWorld): IdentityDecision {
  const { sandbox, wanted, account } = world;
  const record = readRecord(sandbox.status);
  if (record !== null) {
    return wanted !== null && isCurrent(record, wanted, world)
      ? { action: 'Provide', wanted, record }
      : { action: 'Remove', record };
  }
  if (wanted === null) return { action: hasFinalizer(sandbox) ? 'Finish' : 'None' };
  const isForeign = account !== undefined && account.sandboxUID !== sandbox.metadata.uid;
  if (isForeign) {
    const { owner, place, databaseMounts } = wanted;
    const left = { owner, place, databaseMounts, serviceAccountUID: account.uid };
    return { action: 'Adopt', record: { ...left, policyHash: undefined, podUID: undefined } };
  }
  return { action: 'Begin', wanted };
}

/** Whether what was recorded is what must be. A removal that has begun is ended first. */
function isCurrent(
  record: IdentityRecord,
  { owner, place }: WantedByRole,
  { sandbox: { metadata, status }, account }: IdentityWorld,
): boolean {
  return (
    status?.removal === undefined &&
    vaultName(record.owner) === vaultName(owner) &&
    isDeepEqualJson(record.place, place) &&
    account?.uid === record.serviceAccountUID &&
    account.sandboxUID === metadata.uid
  );
}

/** Whether Vault may hold something of a sandbox. */
export function hasFinalizer({ metadata }: Pick<AgentSandbox, 'metadata'>): boolean {
  return metadata.finalizers?.includes(VAULT_FINALIZER) ?? false;
}

/** Reads what the status has recorded; null where nothing is in Vault. */
export function readRecord(status: Status | undefined): IdentityRecord | null {
  const owner = readVaultName(status?.vaultRole ?? '');
  const known = status?.vaultIdentity;
  if (owner === null || known === undefined) return null;
  const { authMount, namespace = null, serviceAccountUID, databaseMounts = [], policyHash, podUID } = known;
  return { owner, place: { authMount, namespace }, serviceAccountUID, databaseMounts, policyHash, podUID };
}

/** Whether a sandbox as it is now has recorded that identity, and nothing of it is being taken away. */
export function isRecordedIn(
  { metadata, status }: Pick<AgentSandbox, 'metadata' | 'status'>,
  { owner, place, serviceAccountUID }: IdentityRecord,
): boolean {
  const now = readRecord(status);
  return (
    now !== null &&
    hasFinalizer({ metadata }) &&
    status?.removal === undefined &&
    isDeepEqualJson([now.owner, now.place, now.serviceAccountUID], [owner, place, serviceAccountUID])
  );
}

/** The fields of a status that record an identity; undefined ones are removed. */
export function recordFields(record: IdentityRecord | null): Pick<Status, 'vaultRole' | 'vaultIdentity'> {
  if (record === null) return { vaultRole: undefined, vaultIdentity: undefined };
  const { owner, place, serviceAccountUID, databaseMounts, policyHash, podUID } = record;
  return {
    vaultRole: vaultName(owner),
    vaultIdentity: {
      authMount: place.authMount,
      namespace: place.namespace ?? undefined,
      serviceAccountUID,
      databaseMounts: databaseMounts.length === 0 ? undefined : [...databaseMounts],
      policyHash,
      podUID,
    },
  };
}
