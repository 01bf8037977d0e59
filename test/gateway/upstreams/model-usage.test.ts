import { expect, test } from 'vitest';
import { createModelUsage } from '../../../src/gateway/upstreams/model-usage.ts';
import { createResponseRoom } from '../../../src/gateway/limits/byte-room.ts';

const KIB = 1_024;

test('long events of streams take the room of their pod, and what is reserved is used where there is none', () => {
  const room = createResponseRoom({ maxBytes: 1_024 * KIB, maxBytesPerPod: 1_024 * KIB });
  const read = () => {
    const held = room.enter();
    const hold = (bytes: number): boolean => held.hold('pod', bytes) === null;
    const usage = createModelUsage('OpenAIChat', { reservedTokens: 100, inputTokens: 5 }, hold);
    usage.start(200, 'text/event-stream');
    usage.push(Buffer.from(': '));
    for (let reads = 0; reads < 10; reads += 1) usage.push(Buffer.alloc(64 * KIB, 'a'));
    return usage;
  };
  const told = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } };
  const end = Buffer.from(`\n\ndata: ${JSON.stringify(told)}\n\n`);
  const streams = [read(), read()];
  expect(room.held()).toBeLessThanOrEqual(1_024 * KIB);
  for (const stream of streams) stream.push(end);
  expect(streams.map((stream) => stream.tokens(true))).toEqual([7, 100]);
});
