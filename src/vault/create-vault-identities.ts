import { type IdentityOwner, vaultName } from '../policy/vault/vault-identity.ts';
import { readHolder } from '../policy/vault/sandbox-policy.ts';
import { authRoleOf, compareAuthRole } from './auth-role.ts';
import { databaseRolePath, findDueRoles, writeDueRole } from './database-roles.ts';
import { FormerIdentityError } from './former-identity-error.ts';
import { type Ask, askAt, readData } from './read-data.ts';
import { createEntities } from './vault-entities.ts';
import { isVaultError } from './vault-error.ts';
import { revokeLeases } from './revoke-leases.ts';
import type { IdentityPart, VaultIdentities, VaultPlace, WantedIdentity } from './vault-identities.ts';
import type { VaultSession } from './vault-session.ts';

/** Creates the identities of sandboxes in the Vault that a session speaks to. */
export function createVaultIdentities(session: VaultSession): VaultIdentities {
  const at = ({ namespace }: VaultPlace, signal: AbortSignal | undefined): Ask =>
    askAt(session, namespace, { signal });
  const revoke = async (
    owner: IdentityOwner,
    place: VaultPlace,
    mounts: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<void> =>
    revokeLeases(
      session,
      place,
      mounts.map((mount) => `${mount}/creds/${vaultName(owner)}`),
      signal,
    );

  return {
    findHolder: async (owner, place, signal) => {
      const text = (await readData(at(place, signal), policyPath(owner)))?.['policy'];
      return typeof text === 'string' ? readHolder(text) : null;
    },
    provide: (wanted, signal) =>
      provide(at(wanted.place, signal), wanted, (mount) =>
        revoke(wanted.owner, wanted.place, [mount], signal),
      ),
    removeLogin: (owner, place, signal) => remove(at(place, signal), rolePath(owner, place)),
    removePolicy: (owner, place, signal) => remove(at(place, signal), policyPath(owner)),
    ...createEntities(session),
    revokeLeases: revoke,
    removeDatabaseRoles: async (owner, place, mounts, signal) => {
      for (const mount of mounts) await remove(at(place, signal), databaseRolePath(mount, vaultName(owner)));
    },
  };
}

function policyPath(owner: IdentityOwner): string {
  return `sys/policies/acl/${vaultName(owner)}`;
}

function rolePath(owner: IdentityOwner, { authMount }: VaultPlace): string {
  return `auth/${authMount}/role/${vaultName(owner)}`;
}

/** Reads all parts at once and writes the auth role last, which lets somebody log in. */
async function provide(
  ask: Ask,
  wanted: WantedIdentity,
  revoke: (mount: string) => Promise<void>,
): Promise<readonly IdentityPart[]> {
  const role = authRoleOf(wanted.owner);
  const paths = { policy: policyPath(wanted.owner), role: rolePath(wanted.owner, wanted.place) };
  const { databaseRoles: roles = [], databaseMounts: mounts = [] } = wanted;
  const name = vaultName(wanted.owner);
  const [policyFound, roleFound, dueRoles] = await Promise.all([
    readData(ask, paths.policy),
    readData(ask, paths.role),
    findDueRoles(ask, { name, roles, mounts }),
  ]);
  if (wanted.isFirst === true) refuseFormer(policyFound, wanted);
  const difference = roleFound === null ? 'Values' : compareAuthRole(role, roleFound);
  const due: IdentityPart[] = [
    ...(policyFound?.['policy'] === wanted.policy ? [] : (['Policy'] as const)),
    ...(dueRoles.length === 0 ? [] : (['DatabaseRole'] as const)),
    ...(difference === 'None' ? [] : (['AuthRole'] as const)),
  ];
  if (due.length > 0) await wanted.confirm?.();
  if (due.includes('Policy')) await ask('POST', paths.policy, { policy: wanted.policy });
  for (const one of dueRoles) await writeDueRole(ask, name, one, revoke);
  if (difference === 'MoreThanWanted') await ask('DELETE', paths.role);
  if (difference !== 'None') await ask('POST', paths.role, role);
  return due;
}

/** A forced release, or a restore of etcd, leaves a policy behind whose holders would read what the new one says. */
function refuseFormer(found: Readonly<Record<string, unknown>> | null, { policy }: WantedIdentity): void {
  const text = found?.['policy'];
  const former = typeof text === 'string' ? readHolder(text) : null;
  const isOwn = former?.serviceAccountUID === readHolder(policy)?.serviceAccountUID;
  if (former !== null && !isOwn) throw new FormerIdentityError(former);
}

/** Where the mount is missing, everything of it is gone with it. */
async function remove(ask: Ask, path: string): Promise<void> {
  try {
    await ask('DELETE', path);
  } catch (error) {
    if (!isVaultError(error, 'Missing')) throw error;
  }
}
