import { describe, expect, test } from 'vitest';
import type { Llm } from '../../../src/policy/models/model-rules.ts';
import { type Body, decide, IMAGE, refusalOf, rulesOf, URL_OF_IMAGE } from './decide.ts';

const rules = rulesOf('OpenAIChat');
const user = (...parts: readonly Body[]): Body => ({
  model: 'model-a',
  messages: [{ role: 'user', content: parts }],
});
const ask: Body = { model: 'model-a', messages: [{ role: 'user', content: 'hi' }] };
const FUNCTION = { name: 'read', description: 'Reads.', parameters: { type: 'object', properties: {} } };

describe('a request for a chat completion', () => {
  test('is sent with a limit of output tokens where it has none', () => {
    expect(decide(rules, ask)).toEqual({
      decision: { effect: 'Allow', exemptions: [] },
      rule: 'spec.upstreams["vendor"].llm',
      level: 'Gateway',
      request: {
        body: { ...ask, max_completion_tokens: 1000 },
        reservedTokens: 1000 + 21,
        inputTokens: 21,
        addsUsageEvent: false,
      },
    });
  });

  test('that streams tells its usage at the end, whether or not the agent asks for it', () => {
    const { request } = decide(rules, {
      ...ask,
      stream: true,
      stream_options: { include_obfuscation: false, include_usage: false },
    });
    expect(request).toMatchObject({
      body: { stream_options: { include_obfuscation: false, include_usage: true } },
      addsUsageEvent: true,
    });
    const asked = { ...ask, stream: true, stream_options: { include_usage: true } };
    expect(decide(rules, asked).request?.addsUsageEvent).toBe(false);
  });

  test.for<[string, Body]>([
    [
      'has every sampling option',
      { temperature: 0.7, top_p: 1, stop: ['a'], seed: -1, logit_bias: { 50: -100 } },
    ],
    [
      'has options that are null',
      { temperature: null, tools: null, tool_choice: null, store: null, n: null },
    ],
    [
      'has functions of the agent',
      { tools: [{ type: 'function', function: FUNCTION }], tool_choice: 'auto' },
    ],
    [
      'has a custom tool of the agent',
      { tools: [{ type: 'custom', custom: { name: 'a', format: { type: 'text' } } }] },
    ],
    [
      'must call one of its functions',
      {
        tool_choice: { type: 'function', function: { name: 'read' } },
        tools: [{ type: 'function', function: FUNCTION }],
      },
    ],
    [
      'chooses among its functions',
      {
        tools: [{ type: 'function', function: FUNCTION }],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'read' } }] },
        },
      },
    ],
    ['has functions of before tools', { functions: [FUNCTION], function_call: { name: 'read' } }],
    [
      'wants JSON of a schema',
      { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { $ref: '#/$defs/a' } } } },
    ],
    ['wants several answers that fit together', { n: 4, max_tokens: 250 }],
    ['is labelled', { metadata: { run: '1' }, user: 'u', safety_identifier: 's', prompt_cache_key: 'k' }],
    ['must not be stored', { store: false }],
  ])('may pass that %s', ([, given]) => {
    expect(refusalOf(rules, { ...ask, ...given })).toBeNull();
  });

  test('may pass with a whole conversation', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'a' }], name: 'd' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See https://example.com' },
          { type: 'image_url', image_url: { url: IMAGE, detail: 'low' } },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        refusal: null,
        annotations: [],
        audio: null,
        tool_calls: [{ id: '1', type: 'function', function: { name: 'read', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: '1', content: 'https://example.com' },
      { role: 'function', name: 'read', content: null },
    ];
    expect(refusalOf(rules, { model: 'model-b', messages })).toBeNull();
  });
});

describe('what a role allows', () => {
  const given = (more: Partial<Llm>) => rulesOf('OpenAIChat', more);

  test('are images by URL, of https alone', () => {
    const allowed = given({ remoteURLs: 'Allow' });
    const image = (url: string) => user({ type: 'image_url', image_url: { url } });
    expect(refusalOf(allowed, image(URL_OF_IMAGE))).toBeNull();
    expect(refusalOf(allowed, image('http://example.com'))).toContain('RemoteURLNotAllowed');
    expect(refusalOf(allowed, image('gs://bucket/a'))).toContain('RemoteURLNotAllowed');
  });

  test('is the search of the vendor, under the name of its field', () => {
    const search = { ...ask, web_search_options: { search_context_size: 'low' } };
    expect(refusalOf(given({ hostedTools: ['web_search_options'] }), search)).toBeNull();
    expect(refusalOf(given({ hostedTools: ['web_search'] }), search)).toContain('HostedToolNotAllowed');
  });

  test('is a tool that nothing is known of, by its name alone', () => {
    const allowed = given({ hostedTools: ['browser'] });
    expect(refusalOf(allowed, { ...ask, tools: [{ type: 'browser' }] })).toBeNull();
    expect(
      refusalOf(allowed, { ...ask, tools: [{ type: 'browser', start_url: 'https://example.com' }] }),
    ).toBe('ModelRequestNotAllowed body.tools[0].start_url');
  });

  test('is no model where none is listed', () => {
    expect(refusalOf(given({ models: [] }), ask)).toBe('ModelNotAllowed body.model');
  });
});
