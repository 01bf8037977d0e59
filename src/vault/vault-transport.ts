import { Agent, request } from 'undici';

/** What node-vault asks of its transport. */
export interface TransportRequest {
  readonly uri: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly signal: AbortSignal;
  /** Whether Vault itself waits for somebody before it responds. */
  readonly isSlow: boolean;
}

/** A response whose body is not read as anything yet. */
export interface TransportResponse {
  readonly statusCode: number;
  readonly body: string;
}

/** Sends requests to one server. */
export interface VaultTransport {
  /** Rejects with an error that has a `code`, or with the reason of the signal. */
  readonly send: (request: TransportRequest) => Promise<TransportResponse>;
  readonly close: () => Promise<void>;
}

/** What a response may have at most; a list of 100,000 names has less. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

const MAX_CONNECTIONS = 16;

/**
 * A transport in the place of node-vault's own, which follows a redirect to another host with the token, sends it through
 * `HTTP_PROXY`, obeys `VAULT_SKIP_VERIFY` and keeps the token in its errors. This one follows nothing and knows no environment.
 *
 * `authority` holds certificates in PEM, one of which Vault's has to be signed by; null for those that Node trusts.
 */
export function createVaultTransport(authority: string | null): VaultTransport {
  const options: Agent.Options = {
    connect: {
      // Said, since NODE_TLS_REJECT_UNAUTHORIZED=0 would turn it off.
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(authority === null ? {} : { ca: authority }),
    },
    maxResponseSize: MAX_RESPONSE_BYTES,
  };
  // Many sandboxes at once: to make a connection for each takes longer than to wait for one.
  const shared = new Agent({ ...options, connections: MAX_CONNECTIONS });
  // A database that does not respond must not keep others from being asked.
  const slow = new Agent(options);
  return {
    send: async ({ uri, method, headers, json, signal, isSlow }) => {
      const { statusCode, body } = await request(uri, {
        method,
        headers: json === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        body: json === undefined ? null : JSON.stringify(json),
        dispatcher: isSlow ? slow : shared,
        signal,
      });
      return { statusCode, body: await body.text() };
    },
    close: async () => {
      await Promise.all([shared.destroy(), slow.destroy()]);
    },
  };
}
