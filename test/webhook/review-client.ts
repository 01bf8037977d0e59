import { Agent, request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends reviews over kept connections, as the API server does: HTTP/1.1, one agent. */
export interface ReviewClient {
  send(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Answer>;
  review(path: string, review: object): Promise<{ status: number; response: ReviewResponse }>;
  close(): void;
}

export interface ReviewResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { code: number; reason: string; message: string };
  readonly warnings?: string[];
  readonly auditAnnotations?: Record<string, string>;
}

/** A request that got no answer. `accepted` says whether its connection had passed the TLS handshake. */
export class SendError extends Error {
  readonly accepted: boolean;

  constructor(message: string, accepted: boolean, cause: unknown) {
    super(message, { cause });
    this.accepted = accepted;
  }
}

/** A client of the webhook on loopback that trusts the given authorities (PEM) and nothing else. */
export function createReviewClient(
  port: number,
  authorities: string,
  { keepAlive } = { keepAlive: true },
): ReviewClient {
  const agent = new Agent({ keepAlive, ca: authorities, minVersion: 'TLSv1.3' });
  const send: ReviewClient['send'] = (path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent,
          host: '127.0.0.1',
          port,
          path,
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            'Content-Length': Buffer.byteLength(body),
            ...headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
          });
        },
      );
      let accepted = false;
      outgoing.on('socket', (socket) => {
        accepted = outgoing.reusedSocket;
        if (!accepted) socket.once('secureConnect', () => (accepted = true));
      });
      outgoing.on('error', (error) => reject(new SendError(error.message, accepted, error)));
      outgoing.end(body);
    });
  return {
    send,
    async review(path, review) {
      const { status, text } = await send(path, JSON.stringify(review));
      const { response } = JSON.parse(text) as { response: ReviewResponse };
      return { status, response };
    },
    close: () => agent.destroy(),
  };
}
