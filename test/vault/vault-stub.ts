import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { VaultError } from '../../src/vault/vault-error.ts';
import { createVaultPort, type VaultPort, type VaultRequest } from '../../src/vault/vault-port.ts';
import { type LoopbackServer, startLoopbackServer } from '../kube/loopback-server.ts';

/** What a stub responds with. A text is sent as it is. */
export interface StubResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A request as the stub got it. */
export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** A server that responds as Vault would not, and a port to it. */
export interface VaultStub {
  readonly server: LoopbackServer;
  readonly port: VaultPort;
  readonly requests: readonly StubRequest[];
}

/** Token of every request of `TOLD`. */
export const TOKEN = 'hvs.CAESIthisIsTheTokenThatNoMessageMayHold';

/** A request with everything that a request can have. */
export const TOLD: VaultRequest = {
  method: 'POST',
  path: 'auth/kubernetes/role/one',
  namespace: null,
  body: { audience: 'vault' },
  token: new Secret(TOKEN),
};

/** The error of a call that must fail, in everything that a log or a condition could show of it. */
export async function errorOf(call: Promise<unknown>): Promise<VaultError> {
  const error = await call.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (!(error instanceof VaultError)) throw new Error(`no VaultError: ${inspect(error)}`);
  const shown = `${inspect(error, { depth: 9 })}${JSON.stringify(error)}${error.stack}`;
  expect(shown).not.toContain(TOKEN);
  return error;
}

/** Starts it for the present test; `answer` gets each request. */
export async function useVaultStub(
  answer: (request: StubRequest, number: number) => StubResponse | Promise<StubResponse>,
  tls?: { readonly cert: string; readonly key: string },
): Promise<VaultStub> {
  const requests: StubRequest[] = [];
  const server = await startLoopbackServer((response, number, incoming) => {
    const respond = async (): Promise<void> => {
      const request = await read(incoming);
      requests.push(request);
      const { status, headers = {}, body } = await answer(request, number);
      response.writeHead(status, headers);
      response.end(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body));
    };
    respond().catch(() => response.destroy());
  }, tls);
  const port = createVaultPort({ address: server.url, authority: tls?.cert ?? null, clock: systemClock });
  onTestFinished(async () => {
    await port.close();
    await server.close();
  });
  return { server, port, requests };
}

async function read(incoming: IncomingMessage): Promise<StubRequest> {
  const { method = '', url = '', headers } = incoming;
  const body = await text(incoming);
  return { method, path: url, headers, body: body === '' ? undefined : (JSON.parse(body) as unknown) };
}
