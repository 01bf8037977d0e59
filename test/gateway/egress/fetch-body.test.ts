import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bodyOf, expectNoSockets, FETCHED, serveFetches } from './fetch-locally.ts';

describe('a body', () => {
  const ENCODINGS: [string, (body: Buffer) => Buffer][] = [
    ['identity', (body) => body],
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ];
  const answer = (body: Buffer, encoding: string) => (_request: unknown, response: ServerResponse) =>
    response.writeHead(200, { 'content-encoding': encoding }).end(body);

  test.each(ENCODINGS)('in %s is decompressed', async (encoding, encode) => {
    const world = await serveFetches(answer(encode(Buffer.from('x'.repeat(50_000))), encoding));
    const result = await world.fetch(FETCHED);
    expect(bodyOf(result)).toBe('x'.repeat(50_000));
    expect('response' in result && result.response.headers['content-encoding']).toBeUndefined();
  });

  test.each(ENCODINGS)(
    'in %s of exactly the limit passes, and of one byte more is an error',
    async (encoding, encode) => {
      for (const [bytes, isOver] of [
        [100_000, false],
        [100_001, true],
      ] as const) {
        const world = await serveFetches(answer(encode(Buffer.alloc(bytes)), encoding));
        const result = await world.fetch(FETCHED);
        if (isOver) expect(result).toMatchObject({ refusal: { reason: 'ResponseTooLarge' } });
        else expect(bodyOf(result)).toHaveLength(bytes);
        await expectNoSockets(world);
      }
    },
  );

  test.each(ENCODINGS.slice(1))('in %s that is cut off is an error', async (encoding, encode) => {
    const whole = encode(Buffer.from(Array.from({ length: 5_000 }, () => Math.random()).join(' ')));
    const world = await serveFetches(answer(whole.subarray(0, whole.length - 10), encoding));
    expect(await world.fetch(FETCHED)).toMatchObject({ refusal: { reason: 'ResponseBroken' } });
    await expectNoSockets(world);
  });

  test.each(ENCODINGS.slice(1))('that is not what it says, %s, is an error', async (encoding) => {
    const world = await serveFetches(answer(Buffer.from('this is plain text'), encoding));
    expect(await world.fetch(FETCHED)).toMatchObject({ refusal: { reason: 'ResponseBroken' } });
  });

  test.each(ENCODINGS.slice(1))(
    'in %s that grows to 256 MiB stops at the limit',
    async (encoding, encode) => {
      const bomb = encode(Buffer.alloc(256 * 1_024 * 1_024));
      const world = await serveFetches(answer(bomb, encoding));
      const before = process.memoryUsage().rss;
      const result = await world.fetch(FETCHED, { limits: { maxResponseBytes: 1_000_000 } });
      expect(result).toMatchObject({ refusal: { reason: 'ResponseTooLarge' } });
      expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1_024 * 1_024);
    },
  );

  test.each(['gzip, gzip', 'compress', 'exi'])('in %s is an error', async (encoding) => {
    const world = await serveFetches(answer(Buffer.from('x'), encoding));
    expect(await world.fetch(FETCHED)).toMatchObject({ refusal: { reason: 'ResponseBroken' } });
    await expectNoSockets(world);
  });

  test('that says it is over the limit is not read', async () => {
    const world = await serveFetches((_request, response) => {
      response.writeHead(200, { 'content-length': 100_001 });
      response.write('x');
    });
    expect(await world.fetch(FETCHED)).toMatchObject({ refusal: { reason: 'ResponseTooLarge' } });
    await expectNoSockets(world);
  });

  test('that never ends is cut at the limit', async () => {
    const world = await serveFetches((_request, response) => {
      const more = (error?: Error | null): void => {
        if (error == null) response.write(Buffer.alloc(16_384), more);
      };
      more();
    });
    const result = await world.fetch(FETCHED);
    expect(result).toMatchObject({ refusal: { reason: 'ResponseTooLarge' } });
    expect(result.traffic.bytesDown).toBeLessThan(1_000_000);
    await expectNoSockets(world);
  });
});
