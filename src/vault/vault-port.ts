import createNodeVault from 'node-vault';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { isRecord } from '../lib/is-record.ts';
import type { Secret } from '../lib/secret.ts';
import { singleLine } from '../lib/single-line.ts';
import { VaultError } from './vault-error.ts';
import { failureOfConnection, failureOfResponse, isBrokenConnection } from './vault-failure.ts';
import { createVaultTransport, type TransportResponse } from './vault-transport.ts';

/** One request to Vault. */
export interface VaultRequest {
  readonly method: 'GET' | 'LIST' | 'POST' | 'DELETE';
  /** The path below `/v1/`. Its segments are encoded; one that is empty, `.` or `..` is rejected. */
  readonly path: string;
  /** What follows the path after `?`, encoded. */
  readonly query?: string;
  /** Namespace of Vault Enterprise; null for the root. */
  readonly namespace: string | null;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Members of the body that no message may hold. */
  readonly secrets?: Readonly<Record<string, Secret>>;
  readonly token?: Secret;
  /** If not set: 5 s. */
  readonly maxMilliseconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called right before each attempt is sent; what it throws is what the call ends with. */
  readonly beforeAttempt?: () => void;
}

/** A response of success. */
export interface VaultResponse {
  /** 202 where Vault has only begun. */
  readonly status: 200 | 202 | 204;
  /** The whole body; null where it is empty. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** Sends requests to Vault as whoever they name, and keeps nothing. */
export interface VaultPort {
  /** Rejects with a VaultError, or with the reason of the signal. */
  readonly call: (request: VaultRequest) => Promise<VaultResponse>;
  readonly close: () => Promise<void>;
}

export interface VaultPortOptions {
  readonly address: string;
  /** Certificates in PEM; null for those that Node trusts. */
  readonly authority: string | null;
  readonly clock: Clock;
}

const MAX_MILLISECONDS = 5000;

/** Opens a port over the generic request of node-vault, with everything else of node-vault left aside. */
export function createVaultPort({ address, authority, clock }: VaultPortOptions): VaultPort {
  const transport = createVaultTransport(authority);
  const client = createNodeVault({
    endpoint: address,
    'request-promise': { defaults: () => transport.send },
    // Its own would print bodies and headers where DEBUG names it.
    debug: () => undefined,
  });
  // VAULT_TOKEN, VAULT_NAMESPACE and VAULT_PREFIX of the environment. The namespace would win over the request's own.
  Object.assign(client, { token: undefined, namespace: undefined, pathPrefix: '' });
  // Its own rejects 202, and resolves with whatever the body is where the path has `sys/health` in it.
  client.handleVaultResponse = (response) => Promise.resolve(response);

  const ask = (request: VaultRequest, signal: AbortSignal): Promise<TransportResponse> =>
    client.request({
      method: request.method,
      path: encodePath(request),
      headers: headersOf(request),
      json: bodyOf(request),
      signal,
      isSlow: (request.maxMilliseconds ?? 0) > MAX_MILLISECONDS,
    }) as Promise<TransportResponse>;

  const send = async (request: VaultRequest, signal: AbortSignal): Promise<TransportResponse> => {
    for (let isFirst = true; ; isFirst = false) {
      request.beforeAttempt?.();
      try {
        return await ask(request, signal);
      } catch (error) {
        signal.throwIfAborted();
        // Each request may be sent twice: none of Cloister's does more the second time.
        if (isFirst && isBrokenConnection(error)) continue;
        if (error instanceof VaultError) throw error;
        throw new VaultError(operationOf(request), failureOfConnection(error));
      }
    }
  };

  return {
    call: async (request) => {
      const { maxMilliseconds: milliseconds = MAX_MILLISECONDS, signal } = request;
      const onTimeout = (): VaultError => timedOut(request, milliseconds);
      const response = await withDeadline({ clock, milliseconds, signal, onTimeout }, (ending) =>
        send(request, ending),
      );
      return readResponse(request, response);
    },
    close: transport.close,
  };
}

function operationOf({ method, path }: VaultRequest): string {
  return `${method} ${singleLine(path)}`;
}

function timedOut(request: VaultRequest, milliseconds: number): VaultError {
  const messages = [`it did not respond within ${milliseconds / 1000} s`];
  return new VaultError(operationOf(request), { reason: 'Unreachable', messages });
}

/** A `..` that is not rejected would be resolved before the request is sent, and `sys` is never far. */
function encodePath(request: VaultRequest): string {
  const segments = request.path.split('/');
  const wrong = segments.find((segment) => /^\.{0,2}$|\p{Cc}/u.test(segment) || !segment.isWellFormed());
  if (wrong === undefined)
    return `/${segments.map(encodeURIComponent).join('/')}${request.query === undefined ? '' : `?${request.query}`}`;
  const messages = [`"${singleLine(wrong)}" cannot be a part of a path`];
  throw new VaultError(operationOf(request), { reason: 'Invalid', messages });
}

function headersOf({ token, namespace }: VaultRequest): Record<string, string> {
  return {
    // Vault's agents and proxies ask for it against requests that another server was made to send.
    'X-Vault-Request': 'true',
    ...(token === undefined ? {} : { 'X-Vault-Token': token.reveal() }),
    ...(namespace === null ? {} : { 'X-Vault-Namespace': namespace }),
  };
}

function bodyOf({ body, secrets }: VaultRequest): Record<string, unknown> | undefined {
  if (body === undefined && secrets === undefined) return undefined;
  const revealed = Object.entries(secrets ?? {}).map(([name, secret]) => [name, secret.reveal()]);
  return { ...body, ...Object.fromEntries(revealed) };
}

function readResponse(request: VaultRequest, { statusCode, body: text }: TransportResponse): VaultResponse {
  const body = parse(text);
  if (statusCode === 204 && text === '') return { status: statusCode, body: null };
  if ((statusCode === 200 || statusCode === 202) && body !== null) return { status: statusCode, body };
  const errors = body?.['errors'];
  // What is missing counts as removed, and a proxy that has lost its route to Vault says as much of everything.
  // Of a version that was deleted it has no errors, and what is left of it.
  const isProxys = statusCode === 404 && !Array.isArray(errors) && !isRecord(body?.['data']);
  if (isProxys || (statusCode >= 200 && statusCode < 300)) {
    const messages = [
      `its response of status ${statusCode} is not one of Vault: is something else at the address?`,
    ];
    throw new VaultError(operationOf(request), { reason: 'Unexpected', status: statusCode, messages });
  }
  const { token, secrets = {} } = request;
  const hidden = [...Object.values(secrets), ...(token === undefined ? [] : [token])].map((one) =>
    one.reveal(),
  );
  throw new VaultError(operationOf(request), failureOfResponse(statusCode, errors, hidden));
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
