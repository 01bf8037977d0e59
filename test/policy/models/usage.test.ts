import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createUsageReader } from '../../../src/policy/models/create-usage-reader.ts';
import type { ModelAPI } from '../../../src/policy/models/model-rules.ts';
import { readUsage } from '../../../src/policy/models/read-usage.ts';
import { tokensUsed } from '../../../src/policy/models/tokens-used.ts';

describe('the usage of a whole response', () => {
  test.for<[string, ModelAPI, unknown, number | null]>([
    ['is input and output', 'OpenAIChat', { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }, 7],
    [
      'is the total where that is more',
      'OpenAIChat',
      { prompt_tokens: 3, completion_tokens: 4, total_tokens: 9 },
      9,
    ],
    [
      'is not a total that is less',
      'OpenAIResponses',
      { input_tokens: 3, output_tokens: 4, total_tokens: 1 },
      7,
    ],
    [
      'counts what a cache was read and written for',
      'AnthropicMessages',
      { input_tokens: 3, output_tokens: 4, cache_creation_input_tokens: 10, cache_read_input_tokens: 20 },
      37,
    ],
    ['is not told by half', 'OpenAIChat', { prompt_tokens: 3 }, null],
    ['is no number below zero', 'OpenAIChat', { prompt_tokens: -3, completion_tokens: 4 }, null],
    ['is no text', 'OpenAIChat', { prompt_tokens: '3', completion_tokens: 4 }, null],
    [
      'is nothing beyond what can be counted',
      'OpenAIChat',
      { prompt_tokens: 1e300, completion_tokens: 4 },
      null,
    ],
    ['may be missing', 'OpenAIChat', null, null],
  ])('%s', ([, api, usage, tokens]) => {
    expect(readUsage(api, { usage })).toEqual(tokens === null ? null : { tokens, isReported: true });
  });

  test.for<unknown>([null, 'text', [], {}])('is not in %j', (body) => {
    expect(readUsage('OpenAIChat', body)).toBeNull();
  });
});

const chunk = (content: string, more = {}) => ({
  choices: [{ index: 0, delta: { content } }],
  usage: null,
  ...more,
});
const part = (text: string) => ({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text },
});
const STREAMS: Readonly<Record<ModelAPI, readonly unknown[]>> = {
  OpenAIChat: [
    { choices: [{ index: 0, delta: { role: 'assistant', content: '' } }], usage: null },
    chunk('Hello, this is'),
    chunk(' a stream'),
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null },
    { choices: [], usage: { prompt_tokens: 10, completion_tokens: 8, total_tokens: 18 } },
  ],
  OpenAIResponses: [
    { type: 'response.created', response: { usage: null } },
    { type: 'response.output_text.delta', delta: 'Hello, this is', obfuscation: 'xxxxxxxxxxxx' },
    { type: 'response.output_text.delta', delta: ' a stream' },
    {
      type: 'response.completed',
      response: { usage: { input_tokens: 10, output_tokens: 8, total_tokens: 18 } },
    },
  ],
  AnthropicMessages: [
    { type: 'message_start', message: { usage: { input_tokens: 10, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    part('Hello, this is'),
    part(' a stream'),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 8 } },
    { type: 'message_stop' },
  ],
};
const APIS = Object.keys(STREAMS) as ModelAPI[];

function write(events: readonly unknown[], end = '\n'): string {
  return events.map((event) => `event: a${end}data: ${JSON.stringify(event)}${end}${end}`).join('');
}

function read(api: ModelAPI, text: string, inputTokens = 5, cuts: readonly number[] = []) {
  const bytes = new TextEncoder().encode(text);
  const reader = createUsageReader(api, inputTokens);
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
    (left, right) => left - right,
  );
  edges.slice(1).forEach((edge, index) => reader.push(bytes.subarray(edges[index], edge)));
  return reader.usage();
}

describe.for(APIS)('the usage of a stream of %s', (api) => {
  const events = STREAMS[api];

  test('is what the vendor says at its end', () => {
    expect(read(api, write(events))).toEqual({ tokens: 18, isReported: true });
  });

  test('is a lower bound of what was cut', () => {
    const cut = read(api, write(events.slice(0, -2)));
    const input = api === 'AnthropicMessages' ? 10 : 5;
    const isBefore = api === 'OpenAIResponses';
    // 23 characters are about 6 tokens; 14 of them are about 4.
    expect(cut).toEqual(
      api === 'AnthropicMessages'
        ? { tokens: input + 6, isReported: false }
        : { tokens: input + (isBefore ? 4 : 6), isReported: false },
    );
  });

  test('is at least a token for each part', () => {
    const parts = Array.from({ length: 20 }, () => events.at(api === 'AnthropicMessages' ? 4 : 2));
    const tiny = JSON.parse(JSON.stringify(parts).replaceAll(' a stream', 'a')) as unknown[];
    expect(read(api, write(tiny)).tokens).toBe(5 + 20);
  });

  test('is the same wherever the bytes are cut, and however lines end', () => {
    const text = JSON.parse(JSON.stringify(events).replaceAll('Hello', 'Grüße, 你好')) as unknown[];
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.constantFrom('\n', '\r\n', '\r'), (cuts, end) => {
        // After the last return it is not known whether a line feed follows.
        const last = end === '\r' ? ': end\n' : '';
        expect(read(api, `${write(text, end)}${last}`, 5, cuts)).toEqual({ tokens: 18, isReported: true });
      }),
    );
  });

  test('outlasts what is no event', () => {
    const noise = ': comment\n\ndata: {not json}\n\ndata: [1]\n\ndata: null\n\nretry: 1\n\ndata: [DONE]\n\n';
    expect(read(api, noise + write(events) + noise)).toEqual({ tokens: 18, isReported: true });
  });

  test('is not read from an event that never ends, and takes no memory for it', () => {
    const reader = createUsageReader(api, 5);
    const bytes = new TextEncoder().encode(`data: ${'a'.repeat(1024 * 1024)}`);
    for (let megabytes = 0; megabytes < 16; megabytes += 1) reader.push(bytes);
    reader.push(new TextEncoder().encode(`\n\n${write(events)}`));
    expect(reader.usage()).toEqual({ tokens: 5, isReported: false });
  });
});

describe('a long event of a stream', () => {
  const long = new TextEncoder().encode('a'.repeat(64 * 1024));
  const last = (api: ModelAPI) => new TextEncoder().encode(`\n\n${write(STREAMS[api])}`);

  test('takes room as it grows, and short events take none', () => {
    const hold = vi.fn<(bytes: number) => boolean>(() => true);
    const reader = createUsageReader('OpenAIChat', 5, hold);
    const short = new TextEncoder().encode(write([chunk('a'.repeat(60_000))]));
    for (let events = 0; events < 20; events += 1) reader.push(short);
    expect(hold).not.toHaveBeenCalled();
    for (let reads = 0; reads < 4; reads += 1) reader.push(long);
    expect(hold.mock.calls).toEqual([[3 * long.length], [4 * long.length]]);
    reader.push(last('OpenAIChat'));
    expect(reader.usage()).toEqual({ tokens: 18, isReported: true });
  });

  test.for(APIS)('for which there is no room leaves the usage of %s unknown', (api) => {
    const reader = createUsageReader(api, 5, (bytes) => bytes < 200_000);
    for (let reads = 0; reads < 4; reads += 1) reader.push(long);
    reader.push(last(api));
    expect(reader.usage()).toEqual({ tokens: 5, isReported: false });
  });
});

test('a usage that is told in every chunk is not final before the last', () => {
  const told = (tokens: number) => ({ usage: { prompt_tokens: 10, completion_tokens: tokens } });
  const events = [chunk('a', told(1)), chunk('b', told(2))];
  expect(read('OpenAIChat', write(events))).toEqual({ tokens: 12, isReported: false });
  const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], ...told(3) };
  expect(read('OpenAIChat', write([...events, last]))).toEqual({ tokens: 13, isReported: true });
});

test('calls of functions and thoughts count as they come', () => {
  const call = {
    choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: 'a'.repeat(40) } }] } }],
  };
  expect(read('OpenAIChat', write([call])).tokens).toBe(5 + 10);
  const thought = {
    type: 'content_block_delta',
    delta: { type: 'thinking_delta', thinking: 'a'.repeat(40) },
  };
  expect(read('AnthropicMessages', write([thought])).tokens).toBe(5 + 10);
});

describe('of the tokens that were reserved', () => {
  const reported = { tokens: 70, isReported: true };
  const bound = { tokens: 70, isReported: false };
  test.for<[string, Parameters<typeof tokensUsed>[1], number]>([
    ['none are used where nothing was sent', { wasSent: false, status: null, usage: null }, 0],
    ['those are used that the vendor reports', { wasSent: true, status: 200, usage: reported }, 70],
    ['none are used where the vendor refuses', { wasSent: true, status: 429, usage: null }, 0],
    ['all are used where nothing is reported', { wasSent: true, status: 200, usage: null }, 100],
    ['all are used where no response came', { wasSent: true, status: null, usage: null }, 100],
    ['all are used where the stream was cut', { wasSent: true, status: 200, usage: bound }, 100],
    [
      'more are used where more has come',
      { wasSent: true, status: 200, usage: { ...bound, tokens: 170 } },
      170,
    ],
  ])('%s', ([, outcome, used]) => {
    expect(tokensUsed(100, outcome)).toBe(used);
  });
});
