import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { BenchSandbox } from './sandboxes.ts';
import type { Tally } from './tunnels.ts';

/** Where responses come from that last. */
export interface StreamServer {
  /** `https://address:port` */
  readonly url: string;
  /** PEM */
  readonly authority: string;
  readonly tally: Tally;
}

/** What is asked for. Without a body it is a GET. */
export interface StreamRequest {
  readonly path: string;
  readonly body: string | null;
}

/** A response whose head is there. */
export interface AgentStream {
  readonly response: IncomingMessage;
  /** The connection below TLS. */
  readonly raw: Socket;
}

/** Asks for a response on a connection of its own. Throws unless it is a 200. */
export async function openStream(
  { url, authority, tally }: StreamServer,
  { path, body }: StreamRequest,
  { address, proxySecret }: BenchSandbox,
): Promise<AgentStream> {
  const { hostname: host, port } = new URL(url);
  const raw = connect({ host, port: Number(port), localAddress: address });
  await once(raw, 'connect');
  const socket = connectTls({ socket: raw, ca: authority, host });
  tally.asked += 1;
  const content = body === null ? {} : { 'content-type': 'application/json' };
  const sent = request({
    createConnection: () => socket,
    method: body === null ? 'GET' : 'POST',
    path,
    headers: { host: `${host}:${port}`, authorization: `Bearer ${proxySecret}`, ...content },
  });
  sent.end(body ?? undefined);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  if (response.statusCode === 200) return { response, raw };
  raw.destroy();
  throw new Error(`${path}: expected 200, got ${response.statusCode}`);
}
