import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { bodyOf, statusOf } from '../pipeline/answer.ts';
import type { Refusal } from '../pipeline/refusal.ts';

/** The client reads the answer, and then the connection is ended whatever it does. */
const LINGER_MILLISECONDS = 1_000;

export const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';

/** The headers of a refusal of the proxy. */
function refusalHeaders(refusal: Refusal): Readonly<Record<string, string>> {
  const status = statusOf(refusal, 407);
  return {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    Connection: 'close',
    ...(refusal.retrySeconds === undefined ? {} : { 'Retry-After': String(refusal.retrySeconds) }),
    ...(status === 407 ? { 'Proxy-Authenticate': 'Basic realm="cloister"' } : {}),
  };
}

/** Answers a request that Node has read. */
export function refuseRequest(response: ServerResponse, refusal: Refusal): void {
  const status = statusOf(refusal, 407);
  const body = `${JSON.stringify(bodyOf(refusal, status))}\n`;
  const headers = { ...refusalHeaders(refusal), 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, headers).end(body);
}

/** Answers a CONNECT request that is refused, and ends the connection. */
export function refuseConnection(socket: Duplex, refusal: Refusal, unproved: 401 | 407 = 407): void {
  if (socket.destroyed || !socket.writable) return void socket.destroy();
  const status = statusOf(refusal, unproved);
  const body = `${JSON.stringify(bodyOf(refusal, status))}\n`;
  const headers = { ...refusalHeaders(refusal), 'Content-Length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // What it sent behind the request is read and dropped: to close with unread bytes would reset the answer away.
  socket.resume();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  const end = setTimeout(() => socket.destroy(), LINGER_MILLISECONDS);
  socket.once('close', () => clearTimeout(end));
  return undefined;
}
