import { type IdentityOwner, vaultName } from '../policy/vault/vault-identity.ts';
import { readHolder } from '../policy/vault/sandbox-policy.ts';
import { authRoleOf, compareAuthRole } from './auth-role.ts';
import { FormerIdentityError } from './former-identity-error.ts';
import { type Ask, askAt, readData } from './read-data.ts';
import { createEntities } from './vault-entities.ts';
import { isVaultError, VaultError } from './vault-error.ts';
import type { IdentityPart, VaultIdentities, VaultPlace, WantedIdentity } from './vault-identities.ts';
import type { VaultSession } from './vault-session.ts';

/** A revocation waits for a database. */
const MAX_REVOCATION_MILLISECONDS = 30_000;

/** Creates the identities of sandboxes in the Vault that a session speaks to. */
export function createVaultIdentities(session: VaultSession): VaultIdentities {
  const at = ({ namespace }: VaultPlace, signal: AbortSignal | undefined, maxMilliseconds?: number): Ask =>
    askAt(session, namespace, { signal, maxMilliseconds });

  return {
    findHolder: async (owner, place, signal) => {
      const text = (await readData(at(place, signal), policyPath(owner)))?.['policy'];
      return typeof text === 'string' ? readHolder(text) : null;
    },
    provide: (wanted, signal) => provide(at(wanted.place, signal), wanted),
    removeLogin: (owner, place, signal) => remove(at(place, signal), rolePath(owner, place)),
    removePolicy: (owner, place, signal) => remove(at(place, signal), policyPath(owner)),
    ...createEntities(session),
    revokeLeases: async (owner, place, mounts, signal) => {
      const ask = at(place, signal, MAX_REVOCATION_MILLISECONDS);
      // One after the other: Vault's database engine has one lock a connection anyway.
      for (const mount of mounts) await revokeLeases(ask, `${mount}/creds/${vaultName(owner)}`);
    },
  };
}

function policyPath(owner: IdentityOwner): string {
  return `sys/policies/acl/${vaultName(owner)}`;
}

function rolePath(owner: IdentityOwner, { authMount }: VaultPlace): string {
  return `auth/${authMount}/role/${vaultName(owner)}`;
}

/** Reads both parts at once and writes the policy first: the auth role lets somebody log in. */
async function provide(ask: Ask, wanted: WantedIdentity): Promise<readonly IdentityPart[]> {
  const role = authRoleOf(wanted.owner);
  const paths = { policy: policyPath(wanted.owner), role: rolePath(wanted.owner, wanted.place) };
  const [policyFound, roleFound] = await Promise.all([
    readData(ask, paths.policy),
    readData(ask, paths.role),
  ]);
  if (wanted.isFirst === true) refuseFormer(policyFound, wanted);
  const isPolicyDue = policyFound?.['policy'] !== wanted.policy;
  const difference = roleFound === null ? 'Values' : compareAuthRole(role, roleFound);
  if (!isPolicyDue && difference === 'None') return [];
  await wanted.confirm?.();
  const written: IdentityPart[] = isPolicyDue ? ['Policy'] : [];
  if (isPolicyDue) await ask('POST', paths.policy, { policy: wanted.policy });
  if (difference === 'None') return written;
  if (difference === 'MoreThanWanted') await ask('DELETE', paths.role);
  await ask('POST', paths.role, role);
  return [...written, 'AuthRole'];
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

/** What Vault says of a database that fails names its host and its user, and that it can be tried again it does not say. */
async function revokeLeases(ask: Ask, prefix: string): Promise<void> {
  const path = `sys/leases/revoke-prefix/${prefix}`;
  const fail = (status: number | undefined, message: string): VaultError =>
    new VaultError(`POST ${path}`, { reason: 'Unavailable', status, messages: [message] });
  const { status } = await ask('POST', path, { sync: true }).catch((error: unknown) => {
    // Where the mount is missing, Vault has revoked what was leased of it.
    if (isVaultError(error, 'Missing')) return { status: 204 as const };
    if (!isVaultError(error, 'Invalid')) throw error;
    throw fail(
      error.status,
      'the database did not revoke every login: its own log, and that of Vault, say why',
    );
  });
  if (status === 202) throw fail(status, 'it has begun to revoke and does not say when it has ended');
}
