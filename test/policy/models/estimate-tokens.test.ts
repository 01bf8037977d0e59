import { describe, expect, test } from 'vitest';
import { estimateInputTokens, MIN_MEDIA_TOKENS } from '../../../src/policy/models/estimate-tokens.ts';
import type { ModelAPI } from '../../../src/policy/models/model-rules.ts';
import { decide, rulesOf } from './decide.ts';

/** Text that a model reads, and that is written in the letters of base64. */
const WORDS = 'words_joined_by_lines_'.repeat(10_000);
const AS_TEXT = WORDS.length / 4;
/** Of an image that is larger than the least. */
const DATA = 'iVBORw0K'.repeat(100_000);
const AS_DATA = DATA.length / 64;
const PNG = 'data:image/png;base64,';

const user = (content: unknown) => ({ messages: [{ role: 'user', content }] });

function tokensOf(api: ModelAPI, given: object): number {
  const rules = rulesOf(api, {
    remoteURLs: 'Allow',
    hostedTools: ['image_generation', 'web_search_20250305'],
  });
  const { request, decision } = decide(rules, { model: 'model-a', ...given });
  if (request === undefined) throw new Error(JSON.stringify(decision));
  return request.inputTokens;
}

describe('words in the letters of base64 count as a text', () => {
  const call = (input: object) => ({
    messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'a', input }] }],
  });
  test.for<[string, ModelAPI, object]>([
    ['in a message', 'OpenAIChat', user(WORDS)],
    ['in a message that begins as data do', 'OpenAIChat', user(`${PNG}${WORDS}`)],
    ['in a part of a message', 'OpenAIChat', user([{ type: 'text', text: WORDS }])],
    [
      'in the name of a file',
      'OpenAIChat',
      user([{ type: 'file', file: { file_data: 'AAAA', filename: WORDS } }]),
    ],
    [
      'in a file of text',
      'OpenAIChat',
      user([{ type: 'file', file: { file_data: `data:text/plain;base64,${WORDS}` } }]),
    ],
    ['in an input', 'OpenAIResponses', { input: WORDS }],
    [
      'in the result of a function',
      'OpenAIResponses',
      {
        input: [{ type: 'function_call_output', call_id: '1', output: WORDS }],
      },
    ],
    [
      'in JSON that looks like an image',
      'OpenAIResponses',
      {
        input: [
          { type: 'shell_call_output', call_id: '1', output: [{ type: 'input_image', image_url: WORDS }] },
        ],
      },
    ],
    ['in arguments by the name of data', 'AnthropicMessages', call({ data: WORDS })],
    ['in arguments that look like an image', 'AnthropicMessages', call({ type: 'base64', data: WORDS })],
    [
      'in a tool',
      'AnthropicMessages',
      {
        ...user('a'),
        tools: [{ name: 'a', input_schema: { default: { type: 'base64', data: WORDS } } }],
      },
    ],
    [
      'in a result of the search of the vendor',
      'AnthropicMessages',
      user([{ type: 'web_search_tool_result', tool_use_id: '1', content: [{ type: 'url', url: WORDS }] }]),
    ],
    [
      'in a document of text',
      'AnthropicMessages',
      user([{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: WORDS } }]),
    ],
  ])('%s', ([, api, given]) => {
    expect(tokensOf(api, given)).toBeGreaterThanOrEqual(AS_TEXT);
  });
});

const chatImage = (url: string) => user([{ type: 'image_url', image_url: { url } }]);
const source = (type: string, given: object) => ({ type, source: given });
const base64 = (data: string) => ({ type: 'base64', media_type: 'image/png', data });

describe('data count for less than a text, and never for less than an image', () => {
  test.for<[string, ModelAPI, (data: string) => object]>([
    ['an image of a chat', 'OpenAIChat', (data) => chatImage(`${PNG}${data}`)],
    [
      'a recording',
      'OpenAIChat',
      (data) => user([{ type: 'input_audio', input_audio: { data, format: 'wav' } }]),
    ],
    [
      'a PDF of a chat',
      'OpenAIChat',
      (data) => user([{ type: 'file', file: { file_data: `data:application/pdf;base64,${data}` } }]),
    ],
    [
      'an image of a response',
      'OpenAIResponses',
      (data) => ({
        input: [{ role: 'user', content: [{ type: 'input_image', image_url: `${PNG}${data}` }] }],
      }),
    ],
    [
      'a file of a response',
      'OpenAIResponses',
      (data) => ({
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_file', file_data: data }] }],
      }),
    ],
    [
      'a screen',
      'OpenAIResponses',
      (data) => ({
        input: [
          {
            type: 'computer_call_output',
            call_id: '1',
            output: { type: 'computer_screenshot', image_url: `${PNG}${data}` },
          },
        ],
      }),
    ],
    [
      'an image that the vendor made',
      'OpenAIResponses',
      (data) => ({
        input: [{ type: 'image_generation_call', id: '1', result: data }],
      }),
    ],
    ['an image of a message', 'AnthropicMessages', (data) => user([source('image', base64(data))])],
    [
      'an image in the result of a tool',
      'AnthropicMessages',
      (data) => user([{ type: 'tool_result', tool_use_id: '1', content: [source('image', base64(data))] }]),
    ],
    [
      'an image in a document',
      'AnthropicMessages',
      (data) => user([source('document', { type: 'content', content: [source('image', base64(data))] })]),
    ],
  ])('%s', ([, api, given]) => {
    const large = tokensOf(api, given(DATA));
    expect(large).toBeGreaterThanOrEqual(AS_DATA);
    expect(large).toBeLessThan(AS_DATA + 200);
    expect(tokensOf(api, given('AAAA'))).toBeGreaterThanOrEqual(MIN_MEDIA_TOKENS);
  });

  test.for<[string, ModelAPI, object]>([
    ['an image by URL', 'OpenAIChat', chatImage('https://example.com/a.png')],
    [
      'a file by URL',
      'OpenAIResponses',
      {
        input: [{ role: 'user', content: [{ type: 'input_file', file_url: 'https://example.com/a.pdf' }] }],
      },
    ],
    [
      'a document by URL',
      'AnthropicMessages',
      user([source('document', { type: 'url', url: 'https://example.com/a.pdf' })]),
    ],
  ])('%s', ([, api, given]) => {
    expect(tokensOf(api, given)).toBeGreaterThanOrEqual(MIN_MEDIA_TOKENS);
  });

  test('each of several images', () => {
    const image = source('image', base64('AAAA'));
    expect(tokensOf('AnthropicMessages', user([image, image, image]))).toBeGreaterThanOrEqual(
      3 * MIN_MEDIA_TOKENS,
    );
  });
});

test('a list of a million values is counted', () => {
  expect(estimateInputTokens({ messages: Array(1_000_000).fill(0) })).toBe(1_000_004);
});
