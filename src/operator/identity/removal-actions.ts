import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { VaultIdentities } from '../../vault/vault-identities.ts';
import { writeContainedLabel } from '../agent-quarantine/write-contained-label.ts';
import type { RemovalActions } from '../removal/run-removal.ts';
import { deleteAccount } from './account-store.ts';
import { deleteAnchor } from './anchor-store.ts';
import type { IdentityRecord } from './decide-identity.ts';
import { refuseWithoutVault } from './identity-context.ts';

/** What a removal takes away. */
export interface RemovalSubject {
  readonly pod: KubeObject | undefined;
  /** Null where nothing is in Vault. */
  readonly record: IdentityRecord | null;
}

/** Returns how each step of a removal is done. `vault` is null where the operator has none. */
export function removalActions(
  { pod, record }: RemovalSubject,
  { client, vault }: { readonly client: KubeClient; readonly vault: VaultIdentities | null },
): RemovalActions {
  // From the step that closes the login to the one that verifies it: a mount that is replaced meanwhile has no role of the sandbox.
  const accessors = new Map<string, string>();
  let isEntityDisabled = false;
  const of =
    (work: (vault: VaultIdentities, known: IdentityRecord, signal: AbortSignal) => Promise<void>) =>
    async (signal: AbortSignal): Promise<void> => {
      if (record !== null) await work(vault ?? refuseWithoutVault(), record, signal);
    };
  return {
    NetworkClosed: async () => {
      if (pod !== undefined) await writeContainedLabel(pod, true, client);
    },
    // The anchor too, and first: to delete it takes the API server alone, and ends every token that was asked for.
    LoginClosed: async (signal) => {
      if (record === null) return;
      await deleteAnchor(record.owner, client);
      await (vault ?? refuseWithoutVault()).removeLogin(record.owner, record.place, signal);
    },
    isEntityDisabled: () => isEntityDisabled,
    EntityDisabled: of(async (store, known, signal) => {
      const { id } = await disableEntity(store, known, signal, accessors);
      isEntityDisabled = id !== null;
    }),
    LeasesRevoked: of(revokeLeases),
    LoginsVerified: of(async (store, known, signal) => {
      const { wasEnabled } = await disableEntity(store, known, signal, accessors);
      if (wasEnabled) await revokeLeases(store, known, signal);
    }),
    IdentityRemoved: of(async (store, known, signal) => {
      const { owner, place, serviceAccountUID } = known;
      const entity = await disableEntity(store, known, signal);
      if (entity.wasEnabled) await revokeLeases(store, known, signal);
      if (entity.id !== null) await store.removeEntity(entity.id, place, signal);
      await store.removePolicy(owner, place, signal);
      await deleteAccount(owner, serviceAccountUID, client);
    }),
  };
}

/** Refuses the tokens of whoever logged in as the sandbox. `wasEnabled`: somebody had, since it was disabled last. */
async function disableEntity(
  vault: VaultIdentities,
  { serviceAccountUID, place }: IdentityRecord,
  signal: AbortSignal,
  accessors = new Map<string, string>(),
): Promise<{ readonly id: string | null; readonly wasEnabled: boolean }> {
  const entity = await vault.findEntity(serviceAccountUID, place, signal, accessors);
  if (entity === null || entity.disabled) return { id: entity?.id ?? null, wasEnabled: false };
  await vault.disableEntity(entity.id, place, signal);
  return { id: entity.id, wasEnabled: true };
}

async function revokeLeases(
  vault: VaultIdentities,
  { owner, place, databaseMounts }: IdentityRecord,
  signal: AbortSignal,
): Promise<void> {
  if (databaseMounts.length > 0) await vault.revokeLeases(owner, place, databaseMounts, signal);
}
