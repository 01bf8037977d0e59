import type { SecureContext } from 'node:tls';
import type { DecideAddresses } from './connect-to.ts';
import type { EgressRefusal } from './egress-refusal.ts';
import type { Network } from './network.ts';

export type FetchMethod = 'GET' | 'HEAD' | 'POST';

export interface FetchRequest {
  readonly url: string;
  readonly method: FetchMethod;
  /** Names in any case. One that the gateway does not send is refused, not dropped. */
  readonly headers: Readonly<Record<string, string>>;
  /** Only with POST. */
  readonly body: Buffer | null;
}

/** One request of the exchange: the first, or what a redirect asks for. */
export interface FetchHop {
  readonly url: string;
  readonly method: FetchMethod;
}

/** What the policy has read in the URL. Exactly this is sent. */
export interface FetchTarget {
  /** Canonical host name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Path and query, from the first slash. */
  readonly path: string;
}

export type HopDecision = { readonly target: FetchTarget } | { readonly refusal: EgressRefusal };

export interface FetchLimits {
  /** Of the body, as it comes and as it is decompressed. */
  readonly maxResponseBytes: number;
  /** For the whole exchange, redirects included. */
  readonly maxMilliseconds: number;
  /** From the end of a request to the head of its response. */
  readonly firstByteMilliseconds: number;
}

export interface FetchOptions {
  readonly network: Network;
  /** Asked about each hop, the first included, before its host is resolved. */
  readonly decide: (hop: FetchHop) => HopDecision | Promise<HopDecision>;
  readonly decideAddresses: DecideAddresses;
  readonly request: FetchRequest;
  readonly limits: FetchLimits;
  /** Aborted to cut the exchange. */
  readonly signal: AbortSignal;
  /** Whose certificates are trusted. Those that Node trusts where it is not set. */
  readonly secureContext?: SecureContext;
}

export interface FetchResponse {
  readonly status: number;
  /** Names in lower case. Those of the connection, of the encoding and cookies are left out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What went over the wire, TLS included, whatever came of it. */
export interface FetchTraffic {
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly redirects: number;
  /** Of the last connection; null where there was none. */
  readonly address: string | null;
}

export type FetchResult = { readonly traffic: FetchTraffic } & (
  | { readonly response: FetchResponse }
  | { readonly refusal: EgressRefusal }
);

/** Fetches a URL over HTTPS. Each redirect is decided and resolved as the first request was. Rejects only on a fault of ours. */
export async function fetchURL({ signal }: FetchOptions): Promise<FetchResult> {
  signal.throwIfAborted();
  const traffic = { bytesUp: 0, bytesDown: 0, redirects: 0, address: null };
  return { refusal: { reason: 'DestinationUnreachable', message: 'The host cannot be reached.' }, traffic };
}
