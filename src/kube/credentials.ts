import type { ConnectionOptions } from 'node:tls';

/** The part of TLS that differs from cluster to cluster. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>;

/** What a request to an API server is authenticated with. */
export interface Credentials {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  /** URL of the HTTP proxy in front of the API server. */
  readonly proxy?: string;
}

/** An API server, and where the credentials for it are read. */
export interface CredentialSource {
  readonly server: () => URL;
  /** The credentials that hold at this moment. Throws a KubeError with reason `Configuration`. */
  readonly credentials: () => Promise<Credentials>;
  /** Reads everything again, because the API server rejected what was read before. */
  readonly renew: () => Promise<void>;
}
