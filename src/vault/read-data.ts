import { isVaultError } from './vault-error.ts';
import type { VaultRequest, VaultResponse } from './vault-port.ts';
import type { VaultSession } from './vault-session.ts';

/** Sends requests for one place in Vault. */
export type Ask = (
  method: VaultRequest['method'],
  path: string,
  body?: Readonly<Record<string, unknown>>,
) => Promise<VaultResponse>;

/** Returns what sends requests to a namespace of Vault, each within the same limits. */
export function askAt(
  session: VaultSession,
  namespace: string | null,
  limits: Pick<VaultRequest, 'signal' | 'maxMilliseconds'> = {},
): Ask {
  return (method, path, body) =>
    session.call({ method, path, namespace, ...limits, ...(body === undefined ? {} : { body }) });
}

/** The data at a path; null where there is nothing, and where its mount is missing an error. */
export async function readData(ask: Ask, path: string): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    const { body } = await ask('GET', path);
    return (body?.['data'] ?? null) as Readonly<Record<string, unknown>> | null;
  } catch (error) {
    if (isVacant(error)) return null;
    throw error;
  }
}

/** The names at a path; none where there is nothing, and where its mount is missing an error. */
export async function listNames(ask: Ask, path: string): Promise<readonly string[]> {
  try {
    const { body } = await ask('LIST', path);
    const { keys } = (body?.['data'] ?? {}) as { readonly keys?: unknown };
    return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
  } catch (error) {
    if (isVacant(error)) return [];
    throw error;
  }
}

/** Vault says nothing of what is not there; of a mount that is missing it says so. */
function isVacant(error: unknown): boolean {
  return isVaultError(error, 'Missing') && error.messages.length === 0;
}
