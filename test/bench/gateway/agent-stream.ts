import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
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

/** Asks for a response on a connection of its own, and resolves to it when its head is there. Throws unless it is a 200. */
export async function openStream(
  { url, authority, tally }: StreamServer,
  { path, body }: StreamRequest,
  { address, proxySecret }: BenchSandbox,
  connection: Pick<RequestOptions, 'createConnection'> = {},
): Promise<IncomingMessage> {
  tally.asked += 1;
  const content = body === null ? {} : { 'content-type': 'application/json' };
  const sent = request(`${url}${path}`, {
    method: body === null ? 'GET' : 'POST',
    ca: authority,
    agent: false,
    localAddress: address,
    headers: { authorization: `Bearer ${proxySecret}`, ...content },
    ...connection,
  });
  sent.end(body ?? undefined);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  if (response.statusCode === 200) return response;
  sent.destroy();
  throw new Error(`${path}: expected 200, got ${response.statusCode}`);
}
