import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createRequestRoom } from '../../../src/gateway/limits/byte-room.ts';
import type { Call } from '../../../src/gateway/pipeline/call.ts';
import { readWholeBody } from '../../../src/gateway/upstreams/read-model-body.ts';

const LIMITS = { maxBodyBytes: 1_000, deadlineMilliseconds: 60_000 };

test('a call that is cut while its body is read ends at once, and takes no more room', async () => {
  const request = Object.assign(new PassThrough(), { headers: {} });
  const room = createRequestRoom({ maxBytes: 1_000, maxBytesPerPod: 1_000 });
  const held = room.enter();
  const ended = new AbortController();
  const call = { caller: { podUID: 'pod' }, ended, cut: null } as unknown as Call;
  const read = readWholeBody(call, request as unknown as IncomingMessage, held, LIMITS);
  request.write('the first of it');
  await expect.poll(room.held).toBe(15);
  ended.abort();
  expect(await read).toMatchObject({ refusal: { reason: 'CallCut' } });
  held.leave();
  request.end('and the rest').resume();
  await expect.poll(() => request.readableEnded).toBe(true);
  expect(room.held()).toBe(0);
});
