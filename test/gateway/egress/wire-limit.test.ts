import type { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { expectNoSockets, FETCHED, serveRaw } from './fetch-locally.ts';

const HEAD = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
const LONG = 'y'.repeat(8_000);

/** Writes the same again and again, as fast as it is read. */
function repeat(socket: TLSSocket, piece: string): void {
  const more = (error?: Error | null): void => {
    if (error == null && !socket.destroyed) socket.write(piece, more);
  };
  more();
}

test.for([
  ['extensions of chunks', HEAD, `1;${LONG}\r\nx\r\n`],
  ['extensions without a value', HEAD, `1;a=${LONG};b="${LONG}"\r\nx\r\n`],
  ['interim responses', '', `HTTP/1.1 103 Early Hints\r\nlink: ${LONG}\r\n\r\n`],
] as const)('%s cannot bring more bytes than the limit allows', async ([, head, piece]) => {
  const world = await serveRaw((socket) => {
    socket.once('data', () => {
      socket.write(head);
      repeat(socket, piece);
    });
  });
  const result = await world.fetch(FETCHED, { limits: { maxResponseBytes: 1_000_000 } });
  expect(result).toMatchObject({ refusal: { reason: 'ResponseTooLarge' } });
  expect(result.traffic.bytesDown).toBeLessThan(2_000_000);
  await expectNoSockets(world);
});

test('a body of the limit in small chunks passes', async () => {
  const chunk = `12c\r\n${'x'.repeat(300)}\r\n`;
  const world = await serveRaw((socket) => {
    socket.once('data', () => {
      socket.write(HEAD);
      for (let count = 0; count < 1_000; count += 1) socket.write(chunk);
      socket.end('0\r\n\r\n');
    });
  });
  const result = await world.fetch(FETCHED, { limits: { maxResponseBytes: 300_000 } });
  expect('response' in result && result.response.body.length).toBe(300_000);
});
