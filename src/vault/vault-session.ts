import type { Clock } from '../lib/clock.ts';
import { errorCode } from '../lib/error-code.ts';
import { isRecord } from '../lib/is-record.ts';
import { Secret } from '../lib/secret.ts';
import { unlessAborted } from '../lib/unless-aborted.ts';
import { isVaultError, VaultError } from './vault-error.ts';
import type { VaultPort, VaultRequest, VaultResponse } from './vault-port.ts';
import type { VaultSettings } from './vault-settings.ts';

/** Requests as one user of Vault, who is logged in when a request needs it. */
export interface VaultSession {
  /** Rejects with a VaultError, or with the reason of the signal. */
  readonly call: (request: Omit<VaultRequest, 'token'>) => Promise<VaultResponse>;
  /** Ends what is under way, and revokes the token of the session where it may. Never rejects: a token ends by itself. */
  readonly close: () => Promise<void>;
}

export interface VaultSessionOptions {
  readonly port: VaultPort;
  readonly settings: Pick<VaultSettings, 'authMount' | 'role' | 'namespace'>;
  /** Gives the ServiceAccount's token for each login. What it rejects with is what the requests reject with that need the login. */
  readonly readToken: (signal: AbortSignal) => Promise<Secret>;
  readonly clock: Clock;
  /** Whether its policies let the token revoke itself. If not, a session that is closed leaves it to end. If not set: they do. */
  readonly mayRevoke?: boolean;
}

/** A token of Vault, and its time. */
export interface Login {
  readonly token: Secret;
  readonly since: number;
  /** When another login is due, in milliseconds of the clock. */
  readonly until: number;
  /** How long it lives, from `since`. */
  readonly lifeMilliseconds: number;
}

/** Of a token's life, after which there is another: what is under way has the rest to end in. */
const USED_PART = 2 / 3;

/** A token that does not expire is exchanged all the same. */
const MAX_LOGIN_SECONDS = 3600;

/** A refusal that soon after a login is not about the login. */
const FRESH_MILLISECONDS = 10_000;

/** A failed login is not tried again so soon: every sandbox would. */
const PAUSE_MILLISECONDS = 1000;

/** Opens a session and logs in at the first request. Nothing is stored: the token is read for each login. */
export function createVaultSession(options: VaultSessionOptions): VaultSession {
  const { port, clock } = options;
  const ending = new AbortController();
  let current: Login | null = null;
  let running: Promise<Login> | null = null;
  let failure: { readonly error: unknown; readonly until: number } | null = null;

  const start = async (): Promise<Login> => {
    try {
      current = await logIn(options, ending.signal);
      failure = null;
      return current;
    } catch (error) {
      failure = { error, until: clock.now() + PAUSE_MILLISECONDS };
      throw error;
    } finally {
      running = null;
    }
  };
  const valid = async (signal: AbortSignal | undefined): Promise<Login> => {
    if (current !== null && clock.now() < current.until) return current;
    if (failure !== null && clock.now() < failure.until) throw failure.error;
    running ??= start();
    // It is everybody's, so that whoever gives up waiting does not end it.
    return unlessAborted(running, signal);
  };

  return {
    call: async (request) => {
      const login = await valid(request.signal);
      try {
        return await port.call({ ...request, token: login.token });
      } catch (error) {
        if (!mayHaveEnded(error, login, clock.now())) throw error;
      }
      if (current === login) current = null;
      const { token } = await valid(request.signal);
      return port.call({ ...request, token });
    },
    close: async () => {
      ending.abort(new Error('the session has been closed'));
      const token = current?.token;
      current = null;
      if (token !== undefined && options.mayRevoke !== false) await logOut(options, token);
    },
  };
}

/** Vault says "invalid token" of one that it does not know; one whose entity is disabled is denied like any other. */
function mayHaveEnded(error: unknown, login: Login, now: number): boolean {
  if (!isVaultError(error, 'Denied')) return false;
  const isUnknown = error.messages.some((message) => message.includes('invalid token'));
  return isUnknown || now - login.since >= FRESH_MILLISECONDS;
}

/** Logs in once. Rejects with a VaultError, or with what the token cannot be had for. */
export async function logIn(options: VaultSessionOptions, signal: AbortSignal): Promise<Login> {
  const { port, settings, clock } = options;
  const { authMount, role, namespace } = settings;
  const path = `auth/${authMount}/login`;
  const secrets = { jwt: await options.readToken(signal) };
  const since = clock.now();
  const { body } = await port.call({ method: 'POST', path, namespace, body: { role }, secrets, signal });
  const auth = body?.['auth'];
  const token = isRecord(auth) ? auth['client_token'] : undefined;
  const seconds = isRecord(auth) ? auth['lease_duration'] : undefined;
  if (typeof token !== 'string' || token === '' || typeof seconds !== 'number')
    throw new VaultError(`POST ${path}`, { reason: 'Unexpected', messages: ['its response holds no token'] });
  const lifeMilliseconds = Math.min(seconds > 0 ? seconds : MAX_LOGIN_SECONDS, MAX_LOGIN_SECONDS) * 1000;
  return { token: new Secret(token), since, until: since + lifeMilliseconds * USED_PART, lifeMilliseconds };
}

/** Revokes a token of {@link logIn}. Never rejects: it ends by itself. */
export async function logOut(
  { port, settings: { namespace } }: Pick<VaultSessionOptions, 'port' | 'settings'>,
  token: Secret,
): Promise<void> {
  const path = 'auth/token/revoke-self';
  await port.call({ method: 'POST', path, namespace, token }).catch(() => undefined);
}

/** Returns what reads the ServiceAccount's token from a file, which the kubelet writes anew. Rejects with a VaultError. */
export function tokenOfFile(
  { authMount, tokenFile }: Pick<VaultSettings, 'authMount' | 'tokenFile'>,
  readFile: (path: string) => Promise<string>,
): VaultSessionOptions['readToken'] {
  return async () => {
    try {
      return new Secret((await readFile(tokenFile)).trim());
    } catch (error) {
      const code = errorCode(error) ?? 'unknown error';
      const messages = [`the token file ${tokenFile} cannot be read (${code})`];
      throw new VaultError(`POST auth/${authMount}/login`, { reason: 'Denied', messages });
    }
  };
}
