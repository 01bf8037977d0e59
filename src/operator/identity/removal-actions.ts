import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { loginMark } from '../../policy/database/login-statements.ts';
import type { VaultIdentities } from '../../vault/vault-identities.ts';
import { writeContainedLabel } from '../agent-quarantine/write-contained-label.ts';
import type { RemovalActions } from '../removal/run-removal.ts';
import { deleteAccount } from './account-store.ts';
import { deleteAnchor } from './anchor-store.ts';
import { type DatabaseWitness, verifyLogins } from './database-witness.ts';
import type { IdentityRecord } from './decide-identity.ts';
import { refuseWithoutVault } from './identity-context.ts';

/** What a removal takes away. */
export interface RemovalSubject {
  readonly pod: KubeObject | undefined;
  readonly sandboxUID: string;
  /** Null where nothing is in Vault. */
  readonly record: IdentityRecord | null;
}

/** What the steps are done with. */
export interface RemovalTools {
  readonly client: KubeClient;
  /** Null where the operator has none. */
  readonly vault: VaultIdentities | null;
  /** Null where nothing but Vault says what is left in a database. */
  readonly databases: DatabaseWitness | null;
}

/** Returns how each step of a removal is done. */
export function removalActions(
  { pod, sandboxUID, record }: RemovalSubject,
  { client, vault, databases }: RemovalTools,
): RemovalActions {
  // From the step that closes the login to the one that verifies it: a mount that is replaced meanwhile has no role of the sandbox.
  const accessors = new Map<string, string>();
  let isEntityDisabled = false;
  const of =
    (work: (vault: VaultIdentities, known: IdentityRecord, signal: AbortSignal) => Promise<string | void>) =>
    async (signal: AbortSignal): Promise<string | undefined> =>
      record === null
        ? undefined
        : ((await work(vault ?? refuseWithoutVault(), record, signal)) ?? undefined);
  const endLogins = loginsEnding(databases, loginMark(sandboxUID));
  return {
    NetworkClosed: async () => {
      if (pod !== undefined) await writeContainedLabel(pod, true, client);
      return undefined;
    },
    // The anchor too, and first: to delete it takes the API server alone, and ends every token that was asked for.
    LoginClosed: async (signal) => {
      if (record === null) return undefined;
      await deleteAnchor(record.owner, client);
      await (vault ?? refuseWithoutVault()).removeLogin(record.owner, record.place, signal);
      return undefined;
    },
    isEntityDisabled: () => isEntityDisabled,
    EntityDisabled: of(async (store, known, signal) => {
      const { id } = await disableEntity(store, known, signal, accessors);
      isEntityDisabled = id !== null;
    }),
    LeasesRevoked: of(endLogins),
    LoginsVerified: of(async (store, known, signal) => {
      const { wasEnabled } = await disableEntity(store, known, signal, accessors);
      return wasEnabled ? endLogins(store, known, signal) : undefined;
    }),
    IdentityRemoved: of(async (store, known, signal) => {
      const { owner, place, serviceAccountUID, databaseMounts } = known;
      const entity = await disableEntity(store, known, signal);
      if (entity.wasEnabled) await endLogins(store, known, signal);
      if (entity.id !== null) await store.removeEntity(entity.id, place, signal);
      await store.removeDatabaseRoles(owner, place, databaseMounts, signal);
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

/** Returns what revokes the logins of a sandbox, and looks whether one is left. */
function loginsEnding(
  databases: DatabaseWitness | null,
  mark: string,
): (vault: VaultIdentities, known: IdentityRecord, signal: AbortSignal) => Promise<string | undefined> {
  return async (vault, { owner, place, databaseMounts }, signal) => {
    if (databaseMounts.length === 0) return undefined;
    await vault.revokeLeases(owner, place, databaseMounts, signal);
    return verifyLogins(databases, { tenant: owner.tenant, mark }, signal);
  };
}
