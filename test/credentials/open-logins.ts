import { createDatabaseLogins } from '../../src/credentials/database-logins.ts';
import type { CredentialTenant } from '../../src/credentials/credentials.ts';
import type { CredentialCaller } from '../../src/credentials/secret-store.ts';
import { Secret } from '../../src/lib/secret.ts';
import { VaultError } from '../../src/vault/vault-error.ts';
import type { VaultPort, VaultRequest, VaultResponse } from '../../src/vault/vault-port.ts';
import { createManualClock } from '../build/manual-clock.ts';
import { callerOf } from './scripted-store.ts';

export const TENANT: CredentialTenant = {
  vault: { authMount: 'kubernetes' },
  credentials: [
    { name: 'warehouse', vaultDatabase: { mount: 'database', connection: 'acme' } },
    { name: 'admin', vaultDatabase: { mount: 'database', connection: 'acme', staticRole: 'admin' } },
    { name: 'openai', vaultKV: { mount: 'secret', path: 'acme/openai', key: 'api_key' } },
  ],
};

type Answer = (request: VaultRequest) => VaultResponse | Promise<VaultResponse>;

interface World {
  readonly tokenSeconds?: number;
  readonly leaseSeconds?: number;
  /** What is answered in place of a login. */
  answer: Answer | null;
  tenant: CredentialTenant | null;
  isCurrent: boolean;
}

/** Logins of sandboxes of `acme`, by a Vault that numbers them and a clock that stands. */
export function openLogins(given: Partial<World> = {}) {
  const world: World = { answer: null, tenant: TENANT, isCurrent: true, ...given };
  const { tokenSeconds = 900, leaseSeconds = 900 } = world;
  const clock = createManualClock(1_000_000);
  const requests: VaultRequest[] = [];
  let number = 0;
  const call = async (request: VaultRequest): Promise<VaultResponse> => {
    requests.push(request);
    if (request.path.startsWith('auth/')) {
      const auth = { client_token: `token-${requests.length}`, lease_duration: tokenSeconds };
      return { status: 200, body: { auth } };
    }
    if (world.answer !== null) return world.answer(request);
    number += 1;
    const data = { username: `login-${number}`, password: `password-${number}` };
    return { status: 200, body: { data, lease_duration: leaseSeconds } };
  };
  const logs: string[] = [];
  const log = (fields: object): void => void logs.push(JSON.stringify(fields));
  const logins = createDatabaseLogins({
    vault: {
      port: { call, close: () => Promise.resolve() } satisfies VaultPort,
      tenant: 'acme',
      requestToken: () => Promise.resolve(new Secret('jwt')),
    },
    tenant: () => world.tenant,
    isCurrent: () => world.isCurrent,
    clock,
    log: { warn: log, info: log } as never,
  });
  const ask = (caller: CredentialCaller = callerOf(1), name = 'warehouse') =>
    logins.get(caller, name, new AbortController().signal);
  const get = async (...asked: Parameters<typeof ask>): Promise<string> => {
    const found = await ask(...asked);
    return 'problem' in found ? found.problem.reason : found.login.user;
  };
  return { logins, ask, get, clock, world, requests, logs };
}

/** An answer that is a failure of Vault. */
export const failing =
  (details: ConstructorParameters<typeof VaultError>[1]): Answer =>
  ({ method, path }) =>
    Promise.reject(new VaultError(`${method} ${path}`, details));
