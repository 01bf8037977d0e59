import { randomUUID } from 'node:crypto';
import { type IdentityOwner, vaultName } from '../../src/policy/vault/vault-identity.ts';
import type { DatabaseRole } from '../../src/policy/vault/database-role.ts';
import { readHolder } from '../../src/policy/vault/sandbox-policy.ts';
import { FormerIdentityError } from '../../src/vault/former-identity-error.ts';
import { VaultError } from '../../src/vault/vault-error.ts';
import type { IdentityPart, VaultEntity, VaultIdentities } from '../../src/vault/vault-identities.ts';

/** What a login gave. */
export interface MemoryToken {
  readonly entity: string;
  readonly policy: string;
}

/** A Vault in memory, as far as identities of sandboxes go. */
export interface MemoryVault {
  readonly identities: VaultIdentities;
  /** The calls so far, such as `removeLogin cloister.acme.acme-agents.hermes`. */
  readonly calls: string[];
  readonly policies: Map<string, string>;
  readonly roles: Set<string>;
  /** By the name of the sandbox. */
  readonly databases: Map<string, readonly DatabaseRole[]>;
  /** By the UID of the ServiceAccount that logged in. */
  readonly entities: Map<string, VaultEntity>;
  /** Names whose leases were revoked. */
  readonly revoked: Set<string>;
  /** Logs in as a ServiceAccount; throws where there is no role of the name, or the entity is disabled. */
  readonly logIn: (name: string, serviceAccountUID: string) => MemoryToken;
  /** Whether a token still opens something. */
  readonly accepts: (token: MemoryToken) => boolean;
  /** Returns the error that a call ends with; null lets it pass. */
  failWith: (call: string) => Error | null | Promise<null>;
}

/** What a Vault says that nobody can reach. */
export const VAULT_DOWN = new VaultError('POST auth/kubernetes/login', {
  reason: 'Unreachable',
  messages: ['connection refused'],
});

/** Creates a Vault in which nothing is. */
export function createMemoryVault(): MemoryVault {
  const policies = new Map<string, string>();
  const roles = new Set<string>();
  const databases = new Map<string, readonly DatabaseRole[]>();
  const entities = new Map<string, VaultEntity>();
  const revoked = new Set<string>();
  const byID = (id: string): string | undefined => [...entities].find(([, one]) => one.id === id)?.[0];
  const call = async <T>(text: string, work: () => T | Promise<T>): Promise<T> => {
    memory.calls.push(text);
    const error = await memory.failWith(text);
    if (error !== null) throw error;
    return work();
  };
  const named = <T>(verb: string, owner: IdentityOwner, work: (name: string) => T | Promise<T>): Promise<T> =>
    call(`${verb} ${vaultName(owner)}`, () => work(vaultName(owner)));
  const memory: MemoryVault = {
    identities: {
      provide: ({ owner, policy, databaseRoles = [], isFirst, confirm }) =>
        named('provide', owner, async (name) => {
          const former = readHolder(policies.get(name) ?? '');
          const isOwn = former?.serviceAccountUID === readHolder(policy)?.serviceAccountUID;
          if (isFirst === true && former !== null && !isOwn) throw new FormerIdentityError(former);
          const written: IdentityPart[] = [];
          if (policies.get(name) !== policy) written.push('Policy');
          if (databaseRoles.length > 0 !== databases.has(name)) written.push('DatabaseRole');
          if (!roles.has(name)) written.push('AuthRole');
          if (written.length > 0) await confirm?.();
          policies.set(name, policy);
          if (databaseRoles.length > 0) databases.set(name, databaseRoles);
          else databases.delete(name);
          roles.add(name);
          return written;
        }),
      findHolder: (owner) => named('findHolder', owner, (name) => readHolder(policies.get(name) ?? '')),
      removeLogin: (owner) => named('removeLogin', owner, (name) => void roles.delete(name)),
      removePolicy: (owner) => named('removePolicy', owner, (name) => void policies.delete(name)),
      revokeLeases: (owner) => named('revokeLeases', owner, (name) => void revoked.add(name)),
      removeDatabaseRoles: (owner, _place, mounts) =>
        mounts.length === 0
          ? Promise.resolve()
          : named('removeDatabaseRoles', owner, (name) => void databases.delete(name)),
      findEntity: (uid) => call(`findEntity`, () => entities.get(uid) ?? null),
      disableEntity: (id) =>
        call(`disableEntity`, () => {
          const uid = byID(id);
          if (uid !== undefined) entities.set(uid, { id, disabled: true });
        }),
      removeEntity: (id) => call(`removeEntity`, () => void entities.delete(byID(id) ?? '')),
    },
    calls: [],
    policies,
    roles,
    databases,
    entities,
    revoked,
    logIn: (name, uid) => {
      const found = entities.get(uid);
      if (!roles.has(name) || found?.disabled === true) throw new Error('permission denied');
      const entity = found ?? { id: randomUUID(), disabled: false };
      entities.set(uid, entity);
      return { entity: entity.id, policy: name };
    },
    accepts: ({ entity, policy }) => {
      const uid = byID(entity);
      return uid !== undefined && entities.get(uid)?.disabled === false && policies.has(policy);
    },
    failWith: () => null,
  };
  return memory;
}
