import { isRecord } from '../lib/is-record.ts';
import { isVaultError, VaultError } from './vault-error.ts';
import type { VaultEntity, VaultIdentities, VaultPlace } from './vault-identities.ts';
import type { VaultSession } from './vault-session.ts';

/** The calls about the entities that Vault made at first logins. */
type Entities = Pick<VaultIdentities, 'findEntity' | 'disableEntity' | 'removeEntity'>;

/** Creates them for the Vault that a session speaks to. */
export function createEntities(session: VaultSession): Entities {
  return {
    findEntity: async (serviceAccountUID, place, signal, accessors) => {
      const accessor = accessors?.get(place.authMount) ?? (await findAccessor(session, place, signal));
      if (accessor === null) return null;
      accessors?.set(place.authMount, accessor);
      return findEntity(session, { serviceAccountUID, accessor, place, signal });
    },
    disableEntity: async (id, { namespace }, signal) => {
      const path = `identity/entity/id/${id}`;
      try {
        await session.call({ method: 'POST', path, namespace, signal, body: { disabled: true } });
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
    removeEntity: async (id, { namespace }, signal) => {
      await session.call({ method: 'DELETE', path: `identity/entity/id/${id}`, namespace, signal });
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
async function findAccessor(
  session: VaultSession,
  { authMount, namespace }: VaultPlace,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const path = `sys/mounts/auth/${authMount}`;
  try {
    const { body } = await session.call({ method: 'GET', path, namespace, signal });
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

interface Wanted {
  readonly serviceAccountUID: string;
  readonly accessor: string;
  readonly place: VaultPlace;
  readonly signal: AbortSignal | undefined;
}

async function findEntity(session: VaultSession, wanted: Wanted): Promise<VaultEntity | null> {
  const path = 'identity/lookup/entity';
  const { status, body } = await session.call({
    method: 'POST',
    path,
    namespace: wanted.place.namespace,
    signal: wanted.signal,
    body: { alias_name: wanted.serviceAccountUID, alias_mount_accessor: wanted.accessor },
  });
  if (status === 204) return null;
  const data = body?.['data'];
  const { id, disabled } = isRecord(data) ? data : {};
  if (typeof id === 'string' && id !== '' && typeof disabled === 'boolean') return { id, disabled };
  throw new VaultError(`POST ${path}`, { reason: 'Unexpected', messages: ['its response names no entity'] });
}
