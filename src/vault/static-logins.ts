import { Secret } from '../lib/secret.ts';
import { askAt, readData } from './read-data.ts';
import { VaultError } from './vault-error.ts';
import type { VaultSession } from './vault-session.ts';

/** Where Vault keeps a login whose password it rotates. */
export interface StaticLoginPlace {
  /** Mount of the database engine. */
  readonly mount: string;
  readonly staticRole: string;
  /** Namespace of Vault Enterprise; null for the root. */
  readonly namespace: string | null;
}

/** A login as it is now: Vault has another password after each rotation. */
export interface StaticLogin {
  readonly username: string;
  readonly password: Secret;
}

/** Reads logins of static roles of Vault's database engine. */
export interface StaticLogins {
  /** Null where there is no such role. Rejects with a VaultError, or with the reason of the signal. */
  readonly read: (place: StaticLoginPlace, signal?: AbortSignal) => Promise<StaticLogin | null>;
}

export function createStaticLogins(session: VaultSession): StaticLogins {
  return {
    read: async ({ mount, staticRole, namespace }, signal) => {
      const path = `${mount}/static-creds/${staticRole}`;
      const data = await readData(askAt(session, namespace, { signal }), path);
      if (data === null) return null;
      const { username, password } = data;
      if (typeof username === 'string' && typeof password === 'string' && password !== '')
        return { username, password: new Secret(password) };
      throw new VaultError(`GET ${path}`, {
        reason: 'Unexpected',
        messages: ['its response holds no login'],
      });
    },
  };
}
