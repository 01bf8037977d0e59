import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request as an upstream got it. */
export interface VendorRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  /** Names and values by turns. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export type AnswerRequest = (request: VendorRequest, response: ServerResponse) => void | Promise<void>;

/** A server on this machine in the place of a vendor. */
export interface Vendor {
  /** Everything that it got. */
  readonly received: VendorRequest[];
  /** Serves a connection, which TLS was taken off of. */
  readonly serve: (connection: Socket) => void;
}

/** Creates a vendor that keeps each request, and answers it once it has the whole of it. */
export function createVendor(answer: AnswerRequest): Vendor {
  const received: VendorRequest[] = [];
  const server = createServer((message, response) => {
    void (async () => {
      const { method = '', headers, rawHeaders } = message;
      const url = new URL(message.url ?? '/', 'https://vendor.example.com');
      const request = { method, url, headers, rawHeaders, body: await buffer(message) };
      received.push(request);
      await answer(request, response);
    })().catch(() => response.destroy());
  });
  return { received, serve: (connection) => void server.emit('connection', connection) };
}

export function answerJSON(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}
