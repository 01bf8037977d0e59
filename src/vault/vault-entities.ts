import { isRecord } from '../lib/is-record.ts';
import { type Ask, askAt } from './read-data.ts';
import { isVaultError, VaultError } from './vault-error.ts';
import type { VaultEntity, VaultIdentities } from './vault-identities.ts';
import type { VaultSession } from './vault-session.ts';

/** The calls about the entities that Vault made at first logins. */
type Entities = Pick<VaultIdentities, 'findEntity' | 'disableEntity' | 'removeEntity'>;

/** Creates them for the Vault that a session speaks to. */
export function createEntities(session: VaultSession): Entities {
  return {
    findEntity: async (serviceAccountUID, { authMount, namespace }, signal, accessors) => {
      const ask = askAt(session, namespace, { signal });
      const accessor = accessors?.get(authMount) ?? (await findAccessor(ask, authMount));
      if (accessor === null) return null;
      accessors?.set(authMount, accessor);
      return findEntity(ask, serviceAccountUID, accessor);
    },
    disableEntity: async (id, { namespace }, signal) => {
      try {
        await askAt(session, namespace, { signal })('POST', `identity/entity/id/${id}`, { disabled: true });
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
    removeEntity: async (id, { namespace }, signal) => {
      await askAt(session, namespace, { signal })('DELETE', `identity/entity/id/${id}`);
    },
  };
}

/** The tokens of an entity that was deleted are refused already. */
function isGone(error: unknown): boolean {
  if (!isVaultError(error)) return false;
  const { reason, messages } = error;
  return (
    reason === 'Missing' || (reason === 'Invalid' && messages.some((one) => one.includes('entity not found')))
  );
}

/**
 * The accessor of the auth mount, not kept: a mount that was replaced has another, and the entity that was looked for under the
 * old one would stay enabled. Null where the mount is missing, and every token of it with it.
 */
async function findAccessor(ask: Ask, authMount: string): Promise<string | null> {
  const path = `sys/mounts/auth/${authMount}`;
  try {
    const { body } = await ask('GET', path);
    const data = body?.['data'];
    const accessor = isRecord(data) ? data['accessor'] : undefined;
    if (typeof accessor === 'string' && accessor !== '') return accessor;
  } catch (error) {
    if (isMountMissing(error)) return null;
    throw error;
  }
  throw new VaultError(`GET ${path}`, { reason: 'Unexpected', messages: ['its response names no accessor'] });
}

/** Vault answers 400 for a mount that there is not. */
function isMountMissing(error: unknown): boolean {
  if (!isVaultError(error)) return false;
  const { reason, messages } = error;
  return (
    reason === 'Missing' ||
    (reason === 'Invalid' && messages.some((one) => /^no (auth|secret) engine (mount )?at /i.test(one)))
  );
}

async function findEntity(
  ask: Ask,
  serviceAccountUID: string,
  accessor: string,
): Promise<VaultEntity | null> {
  const path = 'identity/lookup/entity';
  const alias = { alias_name: serviceAccountUID, alias_mount_accessor: accessor };
  const { status, body } = await ask('POST', path, alias);
  if (status === 204) return null;
  const data = body?.['data'];
  const { id, disabled } = isRecord(data) ? data : {};
  if (typeof id === 'string' && id !== '' && typeof disabled === 'boolean') return { id, disabled };
  throw new VaultError(`POST ${path}`, { reason: 'Unexpected', messages: ['its response names no entity'] });
}
