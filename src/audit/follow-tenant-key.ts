import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AUDIT_KEY } from '../api/names.ts';
import { errorMessage } from '../lib/error-message.ts';
import type { Logger } from '../lib/log.ts';
import type { AuditArguments } from './audit-record-input.ts';
import { createTenantKey, type TenantKey } from './record-arguments.ts';

/** The tenant's key, as the mounted Secret has it. */
export interface FollowedKey {
  /** Null where there is none, so that arguments cannot be recorded. */
  readonly current: () => TenantKey | null;
  readonly refresh: () => Promise<void>;
}

const KEY_BYTES = 32;
const NO_KEY = 'the key for the arguments of calls is missing';
const NO_KEY_FOLDER = 'the arguments of calls cannot be recorded without --audit-key-folder';

/** Reads the files `id` and `key` of a folder, now and with each `refresh`. A key that is removed is forgotten. */
export async function followTenantKey(folder: string, log: Pick<Logger, 'warn'>): Promise<FollowedKey> {
  let current: TenantKey | null = null;
  const refresh = async (): Promise<void> => {
    try {
      const id = (await readFile(join(folder, AUDIT_KEY.idKey), 'utf8')).trim();
      const secret = await readFile(join(folder, AUDIT_KEY.keyKey));
      if (secret.length !== KEY_BYTES)
        throw new Error(`the key has ${secret.length} bytes, not ${KEY_BYTES}`);
      if (current?.id !== id) current = createTenantKey(id, secret);
    } catch (error) {
      current = null;
      log.warn({ error: errorMessage(error) }, 'the key for arguments in the audit cannot be read');
    }
  };
  await refresh();
  return { current: () => current, refresh };
}

/** Says that a key that should be there is missing; null where no key is followed. */
export function keyProblem(key: FollowedKey | null): string | null {
  return key !== null && key.current() === null ? NO_KEY : null;
}

/** Says why arguments cannot be recorded so; null where they can. */
export function argumentsProblem(
  key: FollowedKey | null,
  recorded: AuditArguments['recorded'],
): string | null {
  if (recorded === 'None') return null;
  return key === null ? NO_KEY_FOLDER : keyProblem(key);
}
