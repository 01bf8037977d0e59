import { describe, expect, test } from 'vitest';
import { type Body, refusalOf, rulesOf } from './decide.ts';

const rules = rulesOf('AnthropicMessages');
const ask: Body = { model: 'model-a', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] };
const TOOL = { name: 'read', description: 'Reads.', input_schema: { type: 'object', properties: {} } };
const PNG = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
const REMOTE = { type: 'url', url: 'https://example.com/a' };

describe('a request for a message is refused that', () => {
  test.for<[string, Body, string]>([
    ['asks another model', { model: 'model-c' }, 'ModelNotAllowed body.model'],
    ['wants more output tokens', { max_tokens: 1001 }, 'OutputTokensNotAllowed body.max_tokens'],
    [
      'thinks more than it may say',
      { thinking: { type: 'enabled', budget_tokens: 1001 } },
      'OutputTokensNotAllowed body.thinking.budget_tokens',
    ],
    ['has a container of another', { container: 'container_1' }, 'ModelRequestNotAllowed body.container'],
    [
      'has skills in a container',
      { container: { skills: [{ type: 'custom', skill_id: 'a' }] } },
      'ModelRequestNotAllowed body.container',
    ],
    [
      'has servers that the vendor connects to',
      { mcp_servers: [{ type: 'url', url: 'https://example.com', name: 'a' }] },
      'ModelRequestNotAllowed body.mcp_servers',
    ],
    ['has labels', { metadata: { tenant: 'a' } }, 'ModelRequestNotAllowed body.metadata.tenant'],
    ['says where it is run', { inference_geo: 'us' }, 'ModelRequestNotAllowed body.inference_geo'],
    ['pays for speed', { speed: 'fast' }, 'ModelRequestNotAllowed body.speed'],
    [
      'has its context rewritten by the model',
      { context_management: { edits: [{ type: 'compact_20260112' }] } },
      'ModelRequestNotAllowed body.context_management.edits[0].type',
    ],
    [
      'has a schema elsewhere',
      { output_format: { type: 'json_schema', schema: { $ref: 'https://example.com' } } },
      'RemoteURLNotAllowed body.output_format.schema',
    ],
  ])('%s', ([, given, refusal]) => {
    expect(refusalOf(rules, { ...ask, ...given })).toBe(refusal);
  });

  test.for<[string, unknown, string]>([
    ['names an image by URL', { type: 'image', source: REMOTE }, 'RemoteURLNotAllowed .source.url'],
    ['names a document by URL', { type: 'document', source: REMOTE }, 'RemoteURLNotAllowed .source.url'],
    [
      'names an image by URL within a document',
      { type: 'document', source: { type: 'content', content: [{ type: 'image', source: REMOTE }] } },
      'RemoteURLNotAllowed .source.content[0].source.url',
    ],
    [
      'names a stored file',
      { type: 'document', source: { type: 'file', file_id: 'file_1' } },
      'ModelRequestNotAllowed .source.type',
    ],
    [
      'has an image that is a URL',
      { type: 'image', source: { ...PNG, data: 'https://example.com' } },
      'RemoteURLNotAllowed .source.data',
    ],
    [
      'puts a stored file into a container',
      { type: 'container_upload', file_id: 'file_1' },
      'ModelRequestNotAllowed .type',
    ],
    [
      'tells of a tool of the vendor',
      { type: 'server_tool_use', id: '1', name: 'web_fetch', input: { url: 'https://example.com' } },
      'ModelRequestNotAllowed .type',
    ],
    [
      'tells of a server of the vendor',
      { type: 'mcp_tool_use', id: '1', name: 'a', server_name: 'a', input: {} },
      'ModelRequestNotAllowed .type',
    ],
  ])('has a block that %s', ([, block, refusal]) => {
    const [reason, field] = refusal.split(' ');
    const at = 'body.messages[0].content[0]';
    const messages = [{ role: 'user', content: [block] }];
    expect(refusalOf(rules, { ...ask, messages })).toBe(`${reason} ${at}${field}`);
    const result = { type: 'tool_result', tool_use_id: '1', content: [block] };
    const results = [{ role: 'user', content: [result] }];
    expect(refusalOf(rules, { ...ask, messages: results })).toBe(`${reason} ${at}.content[0]${field}`);
  });

  test.for<string>([
    'web_search_20250305',
    'web_search',
    'Web_Search_20250305',
    'web_fetch_20250910',
    'code_execution_20250522',
    'code_execution_20250825',
    'tool_search_tool_regex_20251119',
    'mcp_toolset',
    'bash',
    'bash_20250124 ',
    'bash_20250124\n',
    'custom\n',
    '',
    'toString',
  ])('has the tool %j of the vendor', (type) => {
    expect(refusalOf(rules, { ...ask, tools: [TOOL, { type, name: 'a' }] })).toBe(
      'HostedToolNotAllowed body.tools[1].type',
    );
  });

  test.for<[string, unknown, string]>([
    ['does not say what it takes', { name: 'a' }, 'ModelRequestNotAllowed .input_schema'],
    ['is a tool and more', { ...TOOL, url: 'https://example.com' }, 'ModelRequestNotAllowed .url'],
  ])('has a tool that %s', ([, tool, refusal]) => {
    const [reason, field] = refusal.split(' ');
    expect(refusalOf(rules, { ...ask, tools: [tool] })).toBe(`${reason} body.tools[0]${field}`);
  });
});
