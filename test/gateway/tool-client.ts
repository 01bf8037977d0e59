import { type Agent, request } from 'node:https';
import { GATE_PROTOCOL } from '../../src/lib/gate-protocol.ts';
import type { ProxyAccess } from './proxy-client.ts';

/** How to reach the API of a gateway, and as whom. */
export interface ToolAccess extends ProxyAccess {
  readonly authorities: string;
  /** Keeps connections; each request has one of its own where it is not set. */
  readonly agent?: Agent;
}

/** What the API answered. */
export interface ToolAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ToolRequest {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or bytes as they are. */
  readonly body: object | Buffer;
}

const TIMEOUT_MILLISECONDS = 10_000;

/** Sends one request about a tool. */
export function askTools(
  access: ToolAccess,
  { path, method = 'POST', headers, body }: ToolRequest,
): Promise<ToolAnswer> {
  const { port, from, secret, authorities, agent = false } = access;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const proof = secret === null ? {} : { Authorization: `Basic ${btoa(`agent:${secret}`)}` };
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        localAddress: from,
        method,
        path,
        agent,
        ca: authorities,
        servername: GATE_PROTOCOL.host,
        timeout: TIMEOUT_MILLISECONDS,
        headers: { 'Content-Type': 'application/json', 'Content-Length': bytes.length, ...proof, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: JSON.parse(Buffer.concat(chunks).toString()) as ToolAnswer['body'],
          }),
        );
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', reject);
    sent.end(bytes);
  });
}
