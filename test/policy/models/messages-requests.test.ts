import { describe, expect, test } from 'vitest';
import type { Llm } from '../../../src/policy/models/model-rules.ts';
import { type Body, decide, refusalOf, rulesOf } from './decide.ts';

const rules = rulesOf('AnthropicMessages');
const ask: Body = { model: 'model-a', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] };
const TOOL = { name: 'read', description: 'Reads.', input_schema: { type: 'object', properties: {} } };
const PNG = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
const PDF = { type: 'base64', media_type: 'application/pdf', data: 'AAAA' };
const REMOTE = { type: 'url', url: 'https://example.com/a' };

describe('a request for a message', () => {
  test('is sent with a limit of output tokens where it has none', () => {
    expect(decide(rules, { ...ask, max_tokens: undefined }).request?.body).toEqual({
      ...ask,
      max_tokens: 1000,
    });
    expect(decide(rules, ask).request?.body).toEqual(ask);
  });

  test('that only counts tokens uses none', () => {
    const count = { model: 'model-a', messages: ask['messages'] };
    expect(decide(rules, count, '/v1/messages/count_tokens').request).toEqual({
      body: count,
      reservedTokens: 0,
      inputTokens: 0,

      addsUsageEvent: false,
    });
    const remote = { ...count, messages: [{ role: 'user', content: [{ type: 'image', source: REMOTE }] }] };
    expect(refusalOf(rules, remote, '/v1/messages/count_tokens')).toContain('RemoteURLNotAllowed');
  });

  test.for<[string, Body]>([
    ['has tools of the agent', { tools: [TOOL, { type: 'custom', ...TOOL }], tool_choice: { type: 'auto' } }],
    [
      'must use a tool',
      { tools: [TOOL], tool_choice: { type: 'tool', name: 'read', disable_parallel_tool_use: true } },
    ],
    [
      'has tools of the agent that the vendor describes',
      {
        tools: [
          { type: 'bash_20250124', name: 'bash' },
          { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool', max_characters: 100 },
          { type: 'memory_20250818', name: 'memory' },
          { type: 'computer_20250124', name: 'computer', display_width_px: 1, display_height_px: 1 },
        ],
      },
    ],
    ['thinks', { thinking: { type: 'enabled', budget_tokens: 50 } }],
    ['only fills the cache', { max_tokens: 0, cache_control: { type: 'ephemeral', ttl: '1h' } }],
    [
      'has a system prompt in parts',
      { system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
    ],
    ['names its user', { metadata: { user_id: 'a' }, service_tier: 'standard_only' }],
    [
      'forgets what tools have said',
      {
        context_management: {
          edits: [{ type: 'clear_tool_uses_20250919', keep: { type: 'tool_uses', value: 3 } }],
        },
      },
    ],
    [
      'wants JSON of a schema',
      { output_config: { effort: 'low', format: { type: 'json_schema', schema: {} } } },
    ],
  ])('may pass that %s', ([, given]) => {
    expect(refusalOf(rules, { ...ask, ...given })).toBeNull();
  });

  test('may pass with a whole conversation', () => {
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See https://example.com', citations: null },
          { type: 'image', source: PNG },
          { type: 'document', source: PDF, title: 'a', citations: { enabled: true } },
          {
            type: 'document',
            source: { type: 'text', media_type: 'text/plain', data: 'https://example.com' },
          },
          { type: 'document', source: { type: 'content', content: [{ type: 'image', source: PNG }] } },
          {
            type: 'search_result',
            source: 'https://example.com',
            title: 'a',
            content: [{ type: 'text', text: 'a' }],
          },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'a', signature: 'b' },
          { type: 'redacted_thinking', data: 'b' },
          {
            type: 'tool_use',
            id: '1',
            name: 'read',
            input: { url: 'https://example.com' },
            caller: { type: 'direct' },
          },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: '1',
            content: [{ type: 'image', source: PNG }],
            is_error: false,
          },
        ],
      },
    ];
    expect(refusalOf(rules, { ...ask, messages })).toBeNull();
  });
});

describe('a tool of the vendor that the role lists', () => {
  const allowed = (hostedTools: string[], more: Partial<Llm> = {}) =>
    rulesOf('AnthropicMessages', { hostedTools, ...more });

  test('is allowed by exactly this type', () => {
    const search = { ...ask, tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 2 }] };
    expect(refusalOf(allowed(['web_search_20250305']), search)).toBeNull();
    expect(refusalOf(allowed(['web_search_20260209']), search)).toContain('HostedToolNotAllowed');
  });

  test('may be told of in what follows, but for a document that the vendor would fetch', () => {
    const fetched = (source: unknown) => ({
      ...ask,
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'server_tool_use', id: '1', name: 'web_fetch', input: {} },
            {
              type: 'web_fetch_tool_result',
              tool_use_id: '1',
              content: {
                type: 'web_fetch_result',
                url: 'https://example.com',
                content: { type: 'document', source },
              },
            },
          ],
        },
      ],
    });
    expect(refusalOf(allowed(['web_fetch_20250910']), fetched(PDF))).toBeNull();
    expect(refusalOf(allowed(['web_fetch_20250910']), fetched(REMOTE))).toBe(
      'RemoteURLNotAllowed body.messages[0].content[1].content.content.source.url',
    );
  });
});

test('remote URLs that the role allows are of https', () => {
  const given = rulesOf('AnthropicMessages', { remoteURLs: 'Allow' });
  const image = (url: string) => ({
    ...ask,
    messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url } }] }],
  });
  expect(refusalOf(given, image('https://example.com/a.png'))).toBeNull();
  expect(refusalOf(given, image('http://example.com/a.png'))).toContain('RemoteURLNotAllowed');
});
