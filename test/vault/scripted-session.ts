import { VaultError, type VaultErrorReason } from '../../src/vault/vault-error.ts';
import type { VaultRequest, VaultResponse } from '../../src/vault/vault-port.ts';
import type { VaultSession } from '../../src/vault/vault-session.ts';

/** What a request does: the data of its response, null for none, or the error that it ends with. */
export type Scripted =
  | { readonly data: unknown }
  | { readonly status: 202 | 204 }
  | { readonly reason: VaultErrorReason; readonly messages?: readonly string[] };

/** A session that responds as it is told, by method and path; what it is not told is not there. */
export interface ScriptedSession extends VaultSession {
  readonly requests: readonly Omit<VaultRequest, 'token'>[];
  /** Method and path of every request. */
  readonly asked: () => readonly string[];
}

export function createScriptedSession(script: Readonly<Record<string, Scripted>>): ScriptedSession {
  const requests: Omit<VaultRequest, 'token'>[] = [];
  return {
    requests,
    asked: () => requests.map(({ method, path }) => `${method} ${path}`),
    call: async (request) => {
      requests.push(request);
      const operation = `${request.method} ${request.path}`;
      return respond(operation, script[operation] ?? script[request.method] ?? missing());
    },
    close: () => Promise.resolve(),
  };
}

function missing(): Scripted {
  return { reason: 'Missing' };
}

function respond(operation: string, scripted: Scripted): VaultResponse {
  if ('data' in scripted) return { status: 200, body: { data: scripted.data } };
  if ('status' in scripted) return { status: scripted.status, body: null };
  throw new VaultError(operation, { messages: [], ...scripted });
}
