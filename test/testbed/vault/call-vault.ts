import { type Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';

/** A response of Vault. */
export interface VaultResponse {
  readonly status: number;
  /** Its `data`, and `{}` where there is none. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The whole body; `{}` where it is empty. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The messages of a refusal. */
  readonly errors: readonly string[];
}

/** Asks Vault as one user. The path, below `/v1/`, goes out as it is; no status is an error. */
export type CallVault = (method: string, path: string, body?: object) => Promise<VaultResponse>;

/** Where a Vault is, and who asks it. */
export interface VaultCaller {
  readonly url: string;
  /** Trusts Vault's authority. */
  readonly agent: Agent;
  /** Left out: nobody, as for a login. */
  readonly token?: string;
}

/** Returns the function by which a user asks Vault. */
export function callVaultAs({ url, agent, token }: VaultCaller): CallVault {
  const { hostname, port } = new URL(url);
  return async (method, path, body) => {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const response = await new Promise<{ status: number; received: string }>((resolve, reject) => {
      const call = request(
        {
          hostname,
          port,
          agent,
          method,
          // Not as a URL, which would be normalised: some tests send what must not be normalised.
          path: `/v1/${path}`,
          headers: {
            ...(token === undefined ? {} : { 'x-vault-token': token }),
            ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
          },
        },
        (incoming) => {
          text(incoming).then((received) => resolve({ status: incoming.statusCode ?? 0, received }), reject);
        },
      );
      call.once('error', reject);
      call.end(sent);
    });
    const json = (response.received === '' ? {} : JSON.parse(response.received)) as VaultResponse['body'];
    const data = (json['data'] ?? {}) as VaultResponse['data'];
    return { status: response.status, data, body: json, errors: (json['errors'] ?? []) as string[] };
  };
}

/** Gives what Vault answered to a call that must succeed; throws with its messages otherwise. */
export async function mustSucceed(what: string, calling: Promise<VaultResponse>): Promise<VaultResponse> {
  const response = await calling;
  if (response.status >= 300) {
    throw new Error(`Vault: ${what}: ${response.status} ${response.errors.join('; ')}`);
  }
  return response;
}
