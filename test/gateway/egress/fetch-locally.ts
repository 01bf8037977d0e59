import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { createServer as createTLSServer, type TLSSocket } from 'node:tls';
import { expect, vi } from 'vitest';
import { fetchURL, type FetchOptions, type FetchResult } from '../../../src/gateway/egress/fetch-url.ts';
import { ALLOW } from '../../../src/policy/decision.ts';
import { certificateFor, createLocalNetwork, listenLocally, type LocalNetwork } from './local-network.ts';

export const FETCHED = 'https://api.example.com/data?q=1';
export const HOSTS = ['api.example.com', 'other.example.com'];
const ADDRESSES = ['93.184.215.14', '93.184.215.15'];

/** Hosts of HTTPS, and a fetch that reaches them. */
export interface FetchWorld {
  readonly network: LocalNetwork;
  readonly trusted: FetchOptions['secureContext'];
  /** What was decided about, in order. */
  readonly decided: string[];
  readonly fetch: (url: string, options?: FetchChange) => Promise<FetchResult>;
}

export interface FetchChange extends Partial<Omit<FetchOptions, 'request' | 'limits'>> {
  readonly request?: Partial<FetchOptions['request']>;
  readonly limits?: Partial<FetchOptions['limits']>;
}

/** Every host is the same server. */
export async function serveFetches(listener: RequestListener): Promise<FetchWorld> {
  const { key, cert, trusted } = await certificateFor(...HOSTS);
  return createWorld(await listenLocally(createServer({ key, cert }, listener)), trusted);
}

/** The server is what it writes to the connection. */
export async function serveRaw(serve: (socket: TLSSocket) => void): Promise<FetchWorld> {
  const { key, cert, trusted } = await certificateFor(...HOSTS);
  const server = createTLSServer({ key, cert }, (socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  return createWorld(await listenLocally(server), trusted);
}

function createWorld(port: number, trusted: FetchOptions['secureContext']): FetchWorld {
  const network = createLocalNetwork();
  HOSTS.forEach((host, index) => {
    network.name(host, [ADDRESSES[index] ?? '']);
    network.address(ADDRESSES[index] ?? '', port);
  });
  const decided: string[] = [];
  const fetch = (url: string, { request, limits, ...options }: FetchChange = {}): Promise<FetchResult> =>
    fetchURL({
      network,
      decide: (hop) => {
        decided.push(`${hop.method} ${hop.url}`);
        const { hostname: host, pathname, search, href } = new URL(hop.url);
        const isKnown = HOSTS.includes(host) || options.network !== undefined;
        if (!isKnown) return { refusal: { reason: 'HostNotAllowed', message: `"${host}" is not allowed.` } };
        return { target: { host, port: 443, target: pathname + search, href } };
      },
      decideAddresses: () => ALLOW,
      hold: () => null,
      signal: new AbortController().signal,
      secureContext: trusted,
      ...options,
      request: { url, method: 'GET', headers: {}, body: null, ...request },
      limits: { maxResponseBytes: 100_000, maxMilliseconds: 10_000, firstByteMilliseconds: 5_000, ...limits },
    });
  return { network, trusted, decided, fetch };
}

/** Every socket of the gateway is gone. */
export async function expectNoSockets({ network }: FetchWorld): Promise<void> {
  await vi.waitFor(() => expect(network.sockets.every((socket) => socket.destroyed)).toBe(true));
}

export function bodyOf(result: FetchResult): string | undefined {
  return 'response' in result ? result.response.body.toString() : undefined;
}
