import { type Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { GATE_PROTOCOL } from '../../../src/lib/gate-protocol.ts';
import type { UsedProxy } from '../use-proxy.ts';

export interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
  /** The proof; as a bearer token where it is not set, and none where it is empty. */
  readonly proof?: Readonly<Record<string, string>>;
  /** The address of another sandbox than that of the test. */
  readonly from?: string;
  /** Without a byte. */
  readonly timeoutMilliseconds?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly trailers: IncomingMessage['trailers'];
  readonly text: string;
  /** Whether the connection ended before the answer was whole. */
  readonly isCut: boolean;
  readonly json: () => Readonly<Record<string, unknown>>;
}

const TIMEOUT_MILLISECONDS = 10_000;

/** How an agent reaches the gateway. */
export function optionsOf(
  gateway: UsedProxy,
  {
    path,
    method = 'GET',
    headers,
    agent,
    proof,
    from = gateway.access.from,
    timeoutMilliseconds = TIMEOUT_MILLISECONDS,
  }: Asked,
): RequestOptions {
  const { secret } = gateway.access;
  return {
    host: '127.0.0.1',
    port: gateway.ports.api,
    localAddress: from,
    ca: gateway.authority.certificate,
    servername: GATE_PROTOCOL.host,
    agent: agent ?? false,
    timeout: timeoutMilliseconds,
    path,
    method,
    headers: { ...(proof ?? { authorization: `Bearer ${secret}` }), ...headers },
  };
}

/** Sends a request for an upstream, and reads all of its answer. */
export function ask(gateway: UsedProxy, asked: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(optionsOf(gateway, asked), (response) => {
      const chunks: Buffer[] = [];
      const end = (isCut: boolean) => (): void => {
        const text = Buffer.concat(chunks).toString('latin1');
        const { statusCode: status = 0, headers, trailers } = response;
        resolve({
          status,
          headers,
          trailers,
          text,
          isCut,
          json: () => JSON.parse(text) as Record<string, unknown>,
        });
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', end(false));
      response.on('error', end(true));
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', reject);
    sent.end(asked.body);
  });
}
