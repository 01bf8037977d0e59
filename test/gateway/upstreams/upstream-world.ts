import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import { Secret } from '../../../src/lib/secret.ts';
import type { Credentials } from '../../../src/credentials/credentials.ts';
import { type UsedProxy, useProxy } from '../use-proxy.ts';

export const HOST = 'api.example.com';
export const ADDRESS = '93.184.216.34';
/** With characters that JSON, URLs and base64 write in other ways. */
export const KEY = 'sk-key+of/the.vendor=which~no-agent_sees';

type Spec = AgentRole['spec'];
type Values = Readonly<Record<string, string>>;

/** What an upstream got. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface UsedUpstream extends UsedProxy {
  /** Everything that the upstream got in this test. */
  readonly received: Received[];
  /** Serves HTTP at a host; each request is kept. */
  readonly serve: (
    listener: RequestListener,
    host?: string,
    address?: string,
    tls?: TlsOptions,
  ) => Promise<void>;
  /** The values of the credential of each upstream, by its name. */
  readonly values: Map<string, Values>;
}

/** Credentials that are kept here, for callers that have a secret of their own. */
export function createStubCredentials(values: ReadonlyMap<string, Values>): Credentials {
  return {
    get: async (_caller, name) => {
      const found = values.get(name);
      if (found === undefined) {
        const [message, detail] = ['The store has no such secret.', 'missing'];
        return { problem: { reason: 'CredentialMissing', message, detail } };
      }
      return {
        values: Object.fromEntries(Object.entries(found).map(([key, text]) => [key, new Secret(text)])),
        ended: new AbortController().signal,
      };
    },
    wipe: () => 0,
    review: () => undefined,
    close: async () => undefined,
  };
}

export interface UseUpstreamOptions {
  /** In place of `values`. */
  readonly credentials?: Credentials;
  readonly egressBytesPerDay?: number;
  /** Of the gateway. */
  readonly flags?: readonly string[];
}

/** Registers the hooks; use what it answers only inside tests. */
export function useUpstream(
  upstreams: readonly object[],
  credentials: readonly object[] = [],
  given: UseUpstreamOptions = {},
): UsedUpstream {
  const { egressBytesPerDay = 50_000_000 } = given;
  const values = new Map<string, Values>([['key', { value: KEY }]]);
  const gateway = useProxy(
    (spec) => {
      spec.upstreams = upstreams as Spec['upstreams'];
      spec.credentials = [{ name: 'key', attach: { type: 'Bearer' } }, ...credentials] as Spec['credentials'];
      spec.budgets = { ...spec.budgets, egressBytesPerDay };
    },
    { credentials: given.credentials ?? createStubCredentials(values), flags: given.flags ?? [] },
  );
  const received: Received[] = [];
  const serve: UsedUpstream['serve'] = async (listener, host = HOST, address = ADDRESS, tls = {}) => {
    received.length = 0;
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        received.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
        listener(request, response);
      });
    });
    const onConnection = (socket: Socket): void => void server.emit('connection', socket);
    await gateway.world.serve(host, address, onConnection, tls);
    gateway.world.name(host, [address]);
  };
  return Object.assign(gateway, { received, serve, values });
}

/** Answers with a text. */
export const say =
  (text: string | Buffer, headers: Readonly<Record<string, string>> = {}, status = 200) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, headers).end(text);
  };

/** The least that an upstream is written with. */
export const UPSTREAM = {
  name: 'vendor',
  protocol: 'HTTP',
  baseURL: `https://${HOST}/v1`,
  credential: 'key',
  methods: ['GET', 'POST', 'HEAD', 'PUT'],
  paths: ['/items', '/items/*'],
} as const;
