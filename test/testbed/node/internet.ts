/**
 * `node internet.ts FOLDER` plays the internet, and what agents must not reach, in a network namespace of its own: TLS on
 * 443 and HTTP on 80 of every address, and DNS over UDP on 53. Each connection is a line of JSON on standard output. The
 * answer to `/stream` has no end.
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer as createHTTP, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHTTPS } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { answerQuery } from '../dns-answer.ts';
import type { Reached } from './reached.ts';
import { DECOY_ADDRESSES, INTERNET_ZONE, PUBLIC_ADDRESSES } from './node-network.ts';

const STREAM_PERIOD_MILLISECONDS = 50;

const [folder = '.'] = process.argv.slice(2);
const file = (name: string): Buffer => readFileSync(join(folder, 'certificates', name));
const identity = { cert: file('internet.crt'), key: file('internet.key') };

function report(reached: Reached): void {
  process.stdout.write(`${JSON.stringify(reached)}\n`);
}

function stream(response: ServerResponse): void {
  const timer = setInterval(() => response.write('still here\n'), STREAM_PERIOD_MILLISECONDS);
  response.on('close', () => clearInterval(timer));
}

function answerDNS(query: Buffer): Buffer | null {
  try {
    return answerQuery(query, INTERNET_ZONE);
  } catch {
    // No query.
    return null;
  }
}

for (const address of [...PUBLIC_ADDRESSES, ...DECOY_ADDRESSES]) {
  const answer = (port: number) => (request: IncomingMessage, response: ServerResponse) => {
    const { method, url, headers, socket } = request;
    if (url === '/stream') return stream(response);
    return void response.end(
      `${JSON.stringify({ address, port, from: socket.remoteAddress, method, url, host: headers.host })}\n`,
    );
  };
  const connected = (port: number) => (socket: { remoteAddress?: string | undefined }) =>
    report({ protocol: 'TCP', address, port, from: socket.remoteAddress ?? '' });
  createHTTP(answer(80)).on('connection', connected(80)).listen(80, address);
  createHTTPS(identity, answer(443)).on('connection', connected(443)).listen(443, address);
  createServer((socket) => void socket.on('error', () => undefined).end())
    .on('connection', connected(53))
    .listen(53, address);
  const datagrams = createSocket('udp4');
  datagrams.on('message', (message, { address: from, port }) => {
    report({ protocol: 'UDP', address, port: 53, from });
    const reply = answerDNS(message);
    if (reply !== null) datagrams.send(reply, port, from);
  });
  datagrams.bind(53, address);
}
