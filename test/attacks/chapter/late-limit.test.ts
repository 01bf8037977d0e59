import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { listenLocally } from '../../gateway/egress/local-network.ts';
import { FETCHED, serveFetches } from '../../gateway/egress/fetch-locally.ts';

// Section 67.3 reads the whole body, decompressed, and then compares its length with 10 MiB.

const MEBIBYTE = 1024 * 1024;
const LIMIT = MEBIBYTE;
const SENT = 64 * MEBIBYTE;

/** The idea of the chapter: the body is read, and then it is too large. Returns how much was held by then. */
async function readThenMeasure(url: string): Promise<{ readonly held: number; readonly isRefused: boolean }> {
  const body = await (await fetch(url)).arrayBuffer();
  return { held: body.byteLength, isRefused: body.byteLength > LIMIT };
}

/** Writes 64 MiB as fast as they are taken, and counts what was taken. */
function sendMuch(written: { bytes: number }) {
  return async (_request: unknown, response: ServerResponse): Promise<void> => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    response.on('error', () => undefined);
    while (written.bytes < SENT && !response.destroyed) {
      written.bytes += chunk.byteLength;
      if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    response.end();
  };
}

test('a limit that is looked at afterwards holds 64 MiB in memory, and the gateway stops to read at its limit', async () => {
  const [naive, ours] = [{ bytes: 0 }, { bytes: 0 }];
  const port = await listenLocally(
    createServer((request, response) => void sendMuch(naive)(request, response)),
  );
  expect(await readThenMeasure(`http://127.0.0.1:${port}/`)).toEqual({ held: SENT, isRefused: true });

  const world = await serveFetches((request, response) => void sendMuch(ours)(request, response));
  const result = await world.fetch(FETCHED, { limits: { maxResponseBytes: LIMIT } });
  expect(result).toMatchObject({ refusal: { reason: 'ResponseTooLarge' } });
  // What is above the limit waited in the kernel's buffers when the connection was cut.
  expect(ours.bytes).toBeLessThan(SENT / 4);
});

test('64 KiB that grow to 64 MiB pass a limit on the wire, and the gateway stops to decompress at its limit', async () => {
  const bomb = gzipSync(Buffer.alloc(SENT));
  expect(bomb.byteLength).toBeLessThan(LIMIT / 10);
  const answer = (_request: unknown, response: ServerResponse): void =>
    void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  const port = await listenLocally(createServer(answer));
  expect(await readThenMeasure(`http://127.0.0.1:${port}/`)).toEqual({ held: SENT, isRefused: true });

  const world = await serveFetches(answer);
  const result = await world.fetch(FETCHED, { limits: { maxResponseBytes: LIMIT } });
  expect(result).toMatchObject({ refusal: { reason: 'ResponseTooLarge' } });
});
